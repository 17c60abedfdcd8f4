import type { BrowserWindowConstructorOptions } from 'electron';

export type WindowOptions = BrowserWindowConstructorOptions & {
  readonly width: number;
  readonly height: number;
};

/**
 * The stand-in gives every page a sandboxed, isolated world, because it has no other. An app that
 * asks for less would pass here and be open in Electron: it is refused.
 */
export function checkWebPreferences({
  webPreferences = {},
}: BrowserWindowConstructorOptions): void {
  const refused = [
    webPreferences.contextIsolation === false && 'contextIsolation: false',
    webPreferences.sandbox === false && 'sandbox: false',
    webPreferences.nodeIntegration === true && 'nodeIntegration: true',
    webPreferences.webviewTag === true && 'webviewTag: true',
  ].filter((reason) => reason !== false);
  if (refused.length > 0) throw new Error(`electron stand-in: not carried: ${refused.join(', ')}`);
}
