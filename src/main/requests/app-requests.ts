/** Answers what a page asks of the app around the agent. */
import path from 'node:path';
import type { WebContents } from 'electron';
import { app, BrowserWindow, clipboard, dialog, shell } from 'electron';
import type { AppInfo, AppRequests, FileKind } from '../../contract/app.ts';
import type { PreflightAction, PreflightReport } from '../../contract/preflight.ts';
import { TorporError } from '../../core/errors.ts';
import type { AgentLink } from '../agent-link.ts';
import type { Displays } from '../display.ts';
import type { CrashQuestion } from '../lifecycle/crash-question.ts';
import type { Life } from '../lifecycle/life.ts';
import type { Quit } from '../lifecycle/quit.ts';
import type { AppSettings } from '../settings/apply.ts';
import type { Text } from '../text/text.ts';
import type { Windows } from '../windows.ts';
import { checked } from './params.ts';

export interface AppRequestParts {
  readonly link: () => Promise<AgentLink>;
  readonly info: () => Promise<AppInfo>;
  readonly settings: AppSettings;
  readonly life: Life;
  readonly quit: Quit;
  readonly crash: CrashQuestion;
  readonly windows: Windows;
  readonly displays: Displays;
  readonly text: () => Text;
  /** Undefined for every window but the panel, which is hidden and not closed. */
  readonly hidePanel: (page: WebContents) => (() => void) | undefined;
}

type AppHandlers = {
  readonly [N in keyof AppRequests]: (
    params: Parameters<AppRequests[N]>[0],
    page: WebContents,
  ) => ReturnType<AppRequests[N]> | Promise<ReturnType<AppRequests[N]>>;
};

export function appHandlers(parts: AppRequestParts): AppHandlers {
  const { link, settings, life, quit, windows, displays } = parts;
  return {
    'app.info': parts.info,
    'app.quit'() {
      app.quit();
      return {};
    },

    'window.open'(params) {
      windows.open(checked('window.open', params));
      return {};
    },
    'window.close'(_params, page) {
      const hide = parts.hidePanel(page);
      if (hide === undefined) windowOf(page)?.close();
      else hide();
      return {};
    },
    'window.isShown': (_params, page) => {
      const window = windowOf(page);
      return window?.isVisible() === true && !window.isMinimized();
    },

    'file.choose': async (params, page) => ({
      path: await chooseFile(windowOf(page), checked('file.choose', params).kind, parts.text()),
    }),
    async 'file.reveal'(params) {
      const { path: asked } = checked('file.reveal', params);
      const { logPath, state } = await link();
      const isOurs = asked === logPath || isInside(state().library.path, asked);
      if (!isOurs) throw notOurs(asked);
      shell.showItemInFolder(asked);
      return {};
    },
    async 'clipboard.write'(params) {
      await clipboard.writeText(checked('clipboard.write', params).text);
      return {};
    },
    'clipboard.read': async () => ({ text: await clipboard.readText() }),

    'settings.get': settings.get,
    'settings.set': (params) => settings.set(checked('settings.set', params).changes),

    'lifecycle.get': life.current,
    async 'quit.cancel'() {
      await quit.cancel();
      return {};
    },
    'quit.decide'(params) {
      const { machine, plan } = checked('quit.decide', params);
      quit.decide(machine, plan);
      return {};
    },
    async 'crash.decide'(params) {
      await parts.crash.decide(checked('crash.decide', params).restore);
      return {};
    },

    async 'preflight.run'(params) {
      const { image } = checked('preflight.run', params);
      return runPreflight(image, (await link()).state().library.path);
    },
    async 'preflight.act'(params) {
      await act(checked('preflight.act', params).action);
      return {};
    },

    async 'display.connect'(params, page) {
      const { machine } = checked('display.connect', params);
      const { socket } = await (await link()).request('machine.display', { machine });
      return { connection: await displays.connect(page, machine, socket) };
    },
    async 'display.send'(params, page) {
      const { connection, bytes } = checked('display.send', params);
      await displays.send(page, connection, bytes);
      return {};
    },
    'display.close'(params, page) {
      displays.close(page, checked('display.close', params).connection);
      return {};
    },
  };
}

function windowOf(page: WebContents): BrowserWindow | undefined {
  return BrowserWindow.getAllWindows().find(({ webContents }) => webContents.id === page.id);
}

const extensions: Partial<Record<FileKind, readonly string[]>> = {
  disk: ['img', 'raw', 'qcow2'],
  iso: ['iso'],
  restoreImage: ['ipsw'],
  catalogue: ['json', 'xml', 'plist'],
};

async function chooseFile(
  window: BrowserWindow | undefined,
  kind: FileKind,
  text: Text,
): Promise<string | null> {
  const known = extensions[kind];
  const options: Electron.OpenDialogOptions = {
    title: text.choose[kind],
    properties: kind === 'folder' ? ['openDirectory', 'createDirectory'] : ['openFile'],
    ...(known === undefined
      ? {}
      : {
          filters: [
            { name: text.choose[kind], extensions: [...known] },
            { name: text.choose.all, extensions: ['*'] },
          ],
        }),
  };
  if (window === undefined) return first(await dialog.showOpenDialog(options));
  // menubar hides a panel that loses the focus unless it is on top.
  const wasOnTop = window.isAlwaysOnTop();
  window.setAlwaysOnTop(true);
  try {
    return first(await dialog.showOpenDialog(window, options));
  } finally {
    if (!window.isDestroyed()) window.setAlwaysOnTop(wasOnTop);
  }
}

function first({ canceled, filePaths }: Electron.OpenDialogReturnValue): string | null {
  return canceled ? null : (filePaths[0] ?? null);
}

function isInside(folder: string, asked: string): boolean {
  const relative = path.relative(folder, asked);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function notOurs(asked: string): TorporError {
  return new TorporError('PERMISSION_DENIED', 'Only what is in the library is shown.', {
    details: { path: asked },
  });
}

async function runPreflight(image: string | null, libraryPath: string): Promise<PreflightReport> {
  // Not before it is asked for: the start of the app does not wait for what few use.
  const { checkImage, listImages } = await import('../../agent/preflight.ts');
  const [newest] = image === null ? await listImages(undefined, { libraryPath }) : [];
  const asked = image ?? newest?.row.url;
  if (asked === undefined) {
    throw new TorporError('REMOTE_FAILED', 'Apple’s list names no image.', {
      hint: 'Choose an image that you have.',
    });
  }
  const { name, verdict } = await checkImage(asked, { libraryPath });
  return { image: name, verdict };
}

const softwareUpdate = 'x-apple.systempreferences:com.apple.Software-Update-Settings.extension';

async function act(action: PreflightAction): Promise<void> {
  switch (action.kind) {
    case 'open-address':
      return shell.openExternal(action.url);
    case 'open-software-update':
      return shell.openExternal(softwareUpdate);
    case 'open-app': {
      const problem = await shell.openPath(action.path);
      if (problem !== '') throw new TorporError('SYSTEM_CALL_FAILED', problem);
      return;
    }
    default:
      throw new TorporError('BAD_REQUEST', `${action.kind} is for the page to do.`);
  }
}
