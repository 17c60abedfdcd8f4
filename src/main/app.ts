/** Puts the parts of the app together: what happens in one is told to the others here and nowhere else. */
import path from 'node:path';
import {
  app,
  BrowserWindow,
  globalShortcut,
  ipcMain,
  Notification,
  nativeTheme,
  protocol,
} from 'electron';
import { defaultLibrary } from '../agent/paths.ts';
import type { PageEventKind, PageEvents } from '../contract/bridge.ts';
import type { Notice } from '../contract/requests.ts';
import type { Settings } from '../contract/settings.ts';
import { toProblem } from '../core/errors.ts';
import { createAgentAccess } from './agent-access.ts';
import type { AgentLink } from './agent-link.ts';
import { createDisplays } from './display.ts';
import { iconFile, iconFor, tooltipFor } from './icon.ts';
import { appInfo } from './info.ts';
import { isOwnPage, serveContract, tellPages } from './ipc.ts';
import { openRunMarker } from './lifecycle/crash.ts';
import { createCrashQuestion } from './lifecycle/crash-question.ts';
import { comesBack } from './lifecycle/launch.ts';
import { createLife } from './lifecycle/life.ts';
import { createQuitPolicies } from './lifecycle/policies.ts';
import { createQuit } from './lifecycle/quit.ts';
import { createQuitWindow } from './lifecycle/quit-window.ts';
import { heedTermination } from './lifecycle/termination.ts';
import { menuFor } from './menu.ts';
import { createMenuActions } from './menu-actions.ts';
import { createNotifier } from './notifications.ts';
import { pageScheme, servePage } from './pages.ts';
import { hostPower } from './power/start.ts';
import { agentHandlers } from './requests/agent-requests.ts';
import { appHandlers } from './requests/app-requests.ts';
import { createAppSettings } from './settings/apply.ts';
import { setLaunchAtLogin } from './settings/login-item.ts';
import { openSettings } from './settings/store.ts';
import { textFor } from './text/text.ts';
import { createTray } from './tray.ts';
import { createUnattended } from './unattended.ts';
import { createWindows } from './windows.ts';

export interface LinkRequest {
  readonly library: string;
  readonly concurrency: number | null;
  readonly restoreOnLaunch: boolean;
}

export interface AppParts {
  readonly openLink: (request: LinkRequest) => Promise<AgentLink>;
  /** What macOS and the keyboard say of the launch. */
  readonly isShiftHeld: () => boolean;
  readonly keepsWindows: () => string;
}

/** Call it before the app is ready, in the one instance that there is. */
export function runApp(parts: AppParts): void {
  const root = app.getAppPath();
  const userData = app.getPath('userData');
  const preload = path.join(root, 'dist', 'preload', 'index.cjs');
  const onError = (error: unknown): void => console.error(error);

  const pages = () => BrowserWindow.getAllWindows().map(({ webContents }) => webContents);
  const tell = <K extends PageEventKind>(kind: K, payload: PageEvents[K]): void =>
    tellPages(pages(), kind, payload);
  const onShown = (page: Electron.WebContents, isShown: boolean): void =>
    tellPages([page], 'shown', isShown);

  const store = openSettings({ folder: userData, defaultLibrary: defaultLibrary() });
  const text = () => textFor(store.get().language, app.getPreferredSystemLanguages());
  const marker = openRunMarker(path.join(userData, 'running.json'));

  protocol.registerSchemesAsPrivileged([pageScheme]);
  const tray = createTray({
    icon: imageOf('idle'),
    preload,
    onShown,
    act: (action) => act(action),
  });
  const windows = createWindows({ preload, text, onShown, onError });
  const notifier = createNotifier({
    text,
    isWanted: () => store.get().notifications && tray.bar.window?.isVisible() !== true,
    show: (content) => new Notification({ ...content, silent: true }).show(),
    now: Date.now,
    later: (milliseconds, call) => void setTimeout(call, milliseconds),
  });
  const unattended = createUnattended(notifier, text);
  const life = createLife((now) => {
    tell('lifecycle', now);
    quitWindow.follow(now);
    draw();
  });
  const quitWindow = createQuitWindow({
    open: () => windows.open({ window: 'quit' }),
    close: () => windows.close('quit'),
  });
  const policies = createQuitPolicies(() => draw(), onError);

  const access = createAgentAccess(
    () =>
      parts.openLink({
        library: store.get().library,
        concurrency: store.get().concurrency,
        restoreOnLaunch: comesBack({ argv: process.argv, ...parts }, marker.crashed !== null),
      }),
    {
      onLink(link) {
        tellPolicies(link);
        if (link.ownership === 'other' || marker.crashed === null) return;
        if (crash.ask(link, marker.crashed)) void tray.showPanel();
        else notifier.tell({ about: 'crash', title: 'Torpor', body: text().notice.ranOn });
      },
      onState(state, link) {
        marker.note(link.ownership === 'own' ? state : { ...state, machines: [] });
        policies.update(link, state);
        unattended.update(state);
        tell('state', state);
        draw();
      },
      onNotice(notice) {
        tell('notice', notice);
        // The panel asks.
        if (notice.problem.code === 'WINDOW_CLOSING') void tray.showPanel();
        const { code, message, hint = '' } = notice.problem;
        if (code === 'SPACE_LOW' && isInLibrary(notice)) return;
        notifier.tell({
          about: `${code} ${notice.machine}`,
          title: message,
          body: hint || message,
        });
      },
      onProblem: () => draw(),
      onOwnEnded: () => void letGo().catch(onError),
    },
  );
  const crash = createCrashQuestion(life, access.link);

  let hasLetGo = false;
  let leaving: Promise<void> | undefined;
  /** Ends the app; machines that run, run on. Letting go of the agent ends it, which comes here again. */
  function letGo(): Promise<void> {
    leaving ??= leave();
    return leaving;
  }

  async function leave(): Promise<void> {
    try {
      await access.now()?.release();
    } catch (error) {
      const { code, message, hint = '' } = toProblem(error);
      if (code === 'WOULD_LOSE_GUESTS') {
        // A guest that lives in this process would die with it.
        leaving = undefined;
        notifier.tell({ about: code, title: message, body: hint || message });
        void tray.showPanel();
        throw error;
      }
      // Every machine is left already; an app that could not end would be worse.
      onError(error);
    }
    marker.remove();
    notifier.flush();
    await power.close().catch(onError);
    hasLetGo = true;
    app.quit();
  }

  const quit = createQuit({
    life,
    link() {
      const link = access.now();
      // Another agent keeps its machines, and suspends them itself when it ends.
      return link?.ownership === 'own' ? link : undefined;
    },
    policyOf: policies.of,
    async policiesKnown() {
      await access.link().catch(toProblem);
      await policies.known();
    },
    bound: () => store.get().concurrency ?? 2,
    end: letGo,
    onError,
  });
  const power = hostPower({ access, settings: store.get, quit, notifier, text, onError });

  const act = createMenuActions({
    link: access.link,
    openPanel: () => tray.showPanel(),
    quitApp: () => app.quit(),
    windows,
    quit,
    onProblem: ({ message, hint = '' }) =>
      notifier.tell({ about: message, title: message, body: hint }),
  });

  const settings = createAppSettings(store, {
    registerShortcut: (keys) => globalShortcut.register(keys, () => void tray.showPanel()),
    releaseShortcut: (keys) => globalShortcut.unregister(keys),
    setLaunchAtLogin: (isOn) =>
      setLaunchAtLogin(isOn, {
        platform: process.platform,
        configFolder: app.getPath('appData'),
        command: app.isPackaged ? [process.execPath] : [process.execPath, root],
        setLoginItem: (openAtLogin) => app.setLoginItemSettings({ openAtLogin }),
      }),
    onChange(changed: Settings) {
      const link = access.now();
      if (link !== undefined) tellPolicies(link);
      tell('settings', changed);
      draw();
    },
  });

  serveContract(
    ipcMain,
    {
      ...agentHandlers(access.link),
      ...appHandlers({
        link: access.link,
        info: async () => appInfo(await access.link()),
        settings,
        life,
        quit,
        crash,
        windows,
        displays: createDisplays({
          onData: ({ id }, connection, bytes) =>
            tellPages(pageOf(id), 'display.data', { connection, bytes }),
          onClosed: ({ id }, connection) => tellPages(pageOf(id), 'display.closed', { connection }),
          onInput: (machine) =>
            void access.now()?.request('machine.noteInput', { machine }).catch(onError),
          now: () => performance.now(),
        }),
        text,
        hidePanel: (page) =>
          page.id === tray.bar.window?.webContents.id ? () => tray.bar.hideWindow() : undefined,
      }),
    },
    (source) => isOwnPage(source, (id) => pageOf(id).length > 0),
    (problem) => console.error(problem.message),
  );

  app.on('window-all-closed', () => {
    // The tray stays.
  });
  app.on('second-instance', () => void tray.showPanel());
  app.on('before-quit', (event) => {
    if (hasLetGo) return;
    event.preventDefault();
    quit.begin('quit');
  });
  heedTermination(process, quit, Date.now);
  nativeTheme.on('updated', () => draw());
  void app.whenReady().then(() => {
    protocol.handle(pageScheme.scheme, (request) =>
      servePage(path.join(root, 'dist', 'panel'), request),
    );
    const { shortcut } = store.get();
    if (!settings.begin() && shortcut !== null) {
      notifier.tell({
        about: 'shortcut',
        title: 'Torpor',
        body: text().settings.shortcutTaken(shortcut),
      });
    }
    if (store.keptAside !== null) {
      notifier.tell({
        about: 'settings',
        title: 'Torpor',
        body: text().settings.damaged(store.keptAside),
      });
    }
    power.begin().catch(onError);
    draw();
  });
  if (!app.isPackaged) Object.assign(globalThis, { torporForTests: tray });

  function pageOf(id: number): Electron.WebContents[] {
    return pages().filter((page) => page.id === id);
  }

  /** Of the library's own volume the state tells too, and that is told in the language of the app. */
  function isInLibrary({ problem: { details = {} } }: Notice): boolean {
    const library = access.now()?.state().library.path;
    return library !== undefined && String(details.path).startsWith(library);
  }

  function tellPolicies(link: AgentLink): void {
    const { idleMinutes, setAsideDays, compactAfterDays, makeDigests } = store.get();
    link.request('agent.setIdle', { minutes: idleMinutes }).catch(onError);
    link.request('agent.setCleaning', { days: setAsideDays }).catch(onError);
    link.request('agent.setCompaction', { days: compactAfterDays }).catch(onError);
    link.request('agent.setDigests', { background: makeDigests }).catch(onError);
  }

  function imageOf(icon: Parameters<typeof iconFile>[0]): string {
    const file = iconFile(icon, {
      platform: process.platform,
      desktop: process.env.XDG_CURRENT_DESKTOP ?? '',
      isDark: nativeTheme.shouldUseDarkColors,
    });
    return path.join(root, 'assets', 'icons', file);
  }

  function draw(): void {
    const link = access.now();
    const shown = {
      state: link?.state() ?? null,
      problem: link === undefined ? access.problem() : null,
      lifecycle: life.current(),
    };
    tray.draw({
      icon: imageOf(iconFor(shown)),
      tooltip: tooltipFor(shown, text()),
      menu: menuFor({
        ...shown,
        policyOf: policies.of,
        ownership: link?.ownership ?? 'own',
        text: text(),
      }),
    });
  }
}
