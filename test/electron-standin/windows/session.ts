import type { DevTools, Protocol } from '../chromium/devtools.ts';
import { protocol, toBrowserUrl } from './protocol.ts';

type RequestHandler = (
  contents: object,
  permission: string,
  answer: (granted: boolean) => void,
  details: object,
) => void;
type CheckHandler = (contents: object | null, permission: string, origin: string) => boolean;

let requestHandler: RequestHandler | null = null;
let checkHandler: CheckHandler | null = null;

/** The one session; `partition` is not carried. */
export const session = {
  defaultSession: {
    protocol,
    setPermissionRequestHandler(handler: RequestHandler | null): void {
      requestHandler = handler;
    },
    setPermissionCheckHandler(handler: CheckHandler | null): void {
      checkHandler = handler;
    },
    setDevicePermissionHandler(): void {},
    setDisplayMediaRequestHandler(): void {},
  },
};

/** Electron's names of the permissions that can be shown, and Chromium's. */
const permissions: ReadonlyMap<string, string> = new Map([
  ['notifications', 'notifications'],
  ['geolocation', 'geolocation'],
  ['midi', 'midi'],
  ['clipboard-read', 'clipboard-read'],
  ['storage-access', 'storage-access'],
  ['idle-detection', 'idle-detection'],
]);

/**
 * Asks the app's handlers before the page can, for Chromium's pages cannot wait for an answer from
 * here. Without handlers everything is granted, as in Electron.
 */
export async function applyPermissions(
  browser: DevTools,
  contents: object,
  url: string,
): Promise<void> {
  const origin = URL.parse(toBrowserUrl(url))?.origin;
  if (origin === undefined || origin === 'null') return;
  const set = [...permissions].map(async ([name, inChromium]) => {
    const granted = await isGranted(contents, name, url);
    const setting: Protocol.Browser.PermissionSetting = granted ? 'granted' : 'denied';
    const permission = { name: inChromium };
    await browser.send('Browser.setPermission', { permission, setting, origin });
  });
  await Promise.all(set);
}

async function isGranted(contents: object, name: string, url: string): Promise<boolean> {
  const requested =
    requestHandler === null ||
    (await new Promise<boolean>((resolve) =>
      requestHandler?.(contents, name, resolve, { requestingUrl: url, isMainFrame: true }),
    ));
  return requested && (checkHandler?.(contents, name, url) ?? true);
}
