/** Every window of the app is made with these preferences and passes through `secureWindow`. */
import type { Session, WebContents, WebPreferences } from 'electron';

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

/** The part of Electron's WebContents that is closed off. */
export type Securable = Pick<WebContents, 'setWindowOpenHandler' | 'session'> & {
  on(
    event: 'will-frame-navigate' | 'will-navigate' | 'will-redirect' | 'will-attach-webview',
    listener: (event: { preventDefault(): void }) => void,
  ): unknown;
};

/**
 * A page stays what it was loaded as: it goes nowhere, opens nothing, embeds nothing and is permitted
 * nothing. Links to the outside are requests to the main process, which knows what may be opened.
 *
 * Call it before anything is loaded.
 */
export function secureWindow(window: { readonly webContents: Securable }): void {
  const { webContents } = window;
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  for (const event of [
    'will-frame-navigate',
    'will-navigate',
    'will-redirect',
    'will-attach-webview',
  ] as const) {
    webContents.on(event, (navigation) => navigation.preventDefault());
  }
  denyPermissions(webContents.session);
}

function denyPermissions(
  session: Pick<
    Session,
    'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
  >,
): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}
