/** Every window of the app is made with these preferences and passes through `secureWindow`. */
import type { WebPreferences } from 'electron';

/** Electron's defaults but for the preload, written out so that a changed default changes nothing. */
export function securePreferences(preload: string): WebPreferences {
  return {
    preload,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    nodeIntegrationInWorker: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
  };
}

const movements = [
  'will-frame-navigate',
  'will-navigate',
  'will-redirect',
  'will-attach-webview',
] as const;

/** What is closed off of a page; Electron's WebContents is one. */
export interface Securable {
  on(
    event: (typeof movements)[number],
    listener: (event: { preventDefault(): void }) => void,
  ): unknown;
  setWindowOpenHandler(handler: () => { action: 'deny' }): void;
  readonly session: {
    setPermissionRequestHandler(
      handler: (page: object, permission: string, answer: (granted: boolean) => void) => void,
    ): void;
    setPermissionCheckHandler(handler: () => boolean): void;
    setDevicePermissionHandler(handler: () => boolean): void;
  };
}

/**
 * A page stays what it was loaded as: it goes nowhere, opens nothing, embeds nothing and is permitted
 * nothing, not even the clipboard. What it needs of the outside it requests by the contract.
 *
 * Call it before anything is loaded.
 */
export function secureWindow({ webContents }: { readonly webContents: Securable }): void {
  for (const movement of movements) webContents.on(movement, (event) => event.preventDefault());
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  const { session } = webContents;
  session.setPermissionRequestHandler((_page, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}
