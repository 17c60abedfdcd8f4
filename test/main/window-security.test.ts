import { beforeEach, expect, test } from 'vitest';
import { type Securable, securePreferences, secureWindow } from '../../src/main/window-security.ts';

/** A page that has its way unless someone stands in it. */
const page = {
  listeners: new Map<string, (event: { preventDefault(): void }) => void>(),
  openWindow: (): string => 'allow',
  askPermission: (answer: (granted: boolean) => void) => answer(true),
  hasPermission: () => true,
  hasDevice: () => true,
};
const webContents: Securable = {
  on: (event, listener) => page.listeners.set(event, listener),
  setWindowOpenHandler: (handler) => {
    page.openWindow = () => handler().action;
  },
  session: {
    setPermissionRequestHandler: (handler) => {
      page.askPermission = (answer) => handler({}, 'media', answer);
    },
    setPermissionCheckHandler: (handler) => {
      page.hasPermission = handler;
    },
    setDevicePermissionHandler: (handler) => {
      page.hasDevice = handler;
    },
  },
};
beforeEach(() => secureWindow({ webContents }));

test.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])(
  '%s is prevented',
  (event) => {
    let prevented = false;
    page.listeners.get(event)?.({
      preventDefault: () => {
        prevented = true;
      },
    });
    expect(prevented).toBe(true);
  },
);

test('no window is opened', () => {
  expect(page.openWindow()).toBe('deny');
});

test('no permission is granted, asked or unasked', () => {
  const answers: boolean[] = [];
  page.askPermission((granted) => answers.push(granted));
  expect(answers).toEqual([false]);
  expect(page.hasPermission()).toBe(false);
  expect(page.hasDevice()).toBe(false);
});

test('a page is sandboxed in a world without Node', () => {
  expect(securePreferences('/preload.cjs')).toMatchObject({
    preload: '/preload.cjs',
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    nodeIntegrationInWorker: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    webviewTag: false,
  });
});
