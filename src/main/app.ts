/** Puts the parts of the app together: what happens in one is told to the others here and nowhere else. */
import path from 'node:path';
import { app, BrowserWindow, ipcMain, Notification, nativeTheme, protocol } from 'electron';
import { defaultLibrary } from '../agent/paths.ts';
import { tellSettings } from '../agent/settings.ts';
import type { PageEventKind, PageEvents } from '../contract/bridge.ts';
import { toProblem } from '../core/errors.ts';
import { createAgentAccess } from './agent-access.ts';
import type { AgentLink } from './agent-link.ts';
import { agentNews } from './agent-news.ts';
import { setApplicationMenu } from './application-menu.ts';
import { createDisplays } from './display.ts';
import { appInfo } from './info.ts';
import { isOwnPage, serveContract, tellPages } from './ipc.ts';
import { openRunMarker } from './lifecycle/crash.ts';
import { createCrashQuestion } from './lifecycle/crash-question.ts';
import { comesBack } from './lifecycle/launch.ts';
import { createLeaving } from './lifecycle/leaving.ts';
import { createLife } from './lifecycle/life.ts';
import { createQuitPolicies } from './lifecycle/policies.ts';
import { createQuit } from './lifecycle/quit.ts';
import { createQuitWindow } from './lifecycle/quit-window.ts';
import { heedTermination } from './lifecycle/termination.ts';
import { iconPath, trayLook } from './look.ts';
import { createMenuActions } from './menu-actions.ts';
import { createNotifier } from './notifications.ts';
import { pageScheme, servePage } from './pages.ts';
import { hostPower } from './power/start.ts';
import { agentHandlers } from './requests/agent-requests.ts';
import { appHandlers } from './requests/app-requests.ts';
import { createAppSettings } from './settings/apply.ts';
import { settingsEffects } from './settings/effects.ts';
import { openSettings } from './settings/store.ts';
import { type Text, textFor } from './text/text.ts';
import { createTray } from './tray.ts';
import { createUnattended } from './unattended.ts';
import { createWindows } from './windows.ts';

export interface LinkRequest {
  readonly library: string;
  readonly concurrency: number | null;
  readonly restoreOnLaunch: boolean;
  /** What the native windows of guests say, in the language that is chosen then. */
  readonly words: () => Text['guestWindow'];
}

export interface AppParts {
  readonly openLink: (request: LinkRequest) => Promise<AgentLink>;
  /** Makes a folder that was chosen just now usable at later launches, where a sandbox asks for it. */
  readonly rememberLibrary: (path: string) => Promise<void>;
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
    icon: iconPath(root, 'idle'),
    preload,
    onShown,
    act: (action) => act(action),
  });
  const showPanel = (): void => void tray.showPanel().catch(onError);
  const windows = createWindows({ preload, text, onShown, onError });
  const notifier = createNotifier({
    text,
    isWanted: () => store.get().notifications && tray.bar.window?.isVisible() !== true,
    show: (content) => new Notification({ ...content, silent: true }).show(),
    now: Date.now,
    later: (milliseconds, call) => void setTimeout(call, milliseconds),
  });
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
  const news = agentNews({
    marker,
    crash: () => crash,
    policies,
    unattended: createUnattended(notifier, text),
    notifier,
    text,
    state: () => access.now()?.state(),
    showPanel,
    tellPages: {
      state: (state) => tell('state', state),
      notice: (notice) => tell('notice', notice),
    },
    tellSettings: handSettings,
    draw: () => draw(),
  });

  const access = createAgentAccess(
    () =>
      parts.openLink({
        library: store.get().library,
        concurrency: store.get().concurrency,
        restoreOnLaunch: comesBack({ argv: process.argv, ...parts }, marker.crashed !== null),
        words: () => text().guestWindow,
      }),
    {
      ...news,
      onProblem: () => draw(),
      onOwnEnded: () => void leaving.letGo().catch(onError),
    },
  );
  const crash = createCrashQuestion(life, access.link);

  const leaving = createLeaving({
    async release() {
      await access.now()?.release();
    },
    onHeld(problem) {
      news.tellProblem(problem, problem.code);
      showPanel();
    },
    async lastSteps() {
      marker.remove();
      notifier.flush();
      await power.close().catch(onError);
    },
    end: () => app.quit(),
    onError,
  });
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
    end: leaving.letGo,
    onError,
  });
  const power = hostPower({ access, settings: store.get, quit, notifier, text, onError });

  const act = createMenuActions({
    link: access.link,
    openPanel: () => tray.showPanel(),
    quitApp: () => app.quit(),
    windows,
    quit,
    onProblem: (problem) => news.tellProblem(problem),
  });

  const settings = createAppSettings(
    store,
    settingsEffects({
      openPanel: showPanel,
      rememberLibrary: parts.rememberLibrary,
      onChange(changed) {
        const link = access.now();
        if (link !== undefined) handSettings(link);
        tell('settings', changed);
        drawAll();
      },
    }),
  );

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
  app.on('second-instance', showPanel);
  app.on('before-quit', (event) => {
    if (leaving.hasLetGo()) return;
    event.preventDefault();
    quit.begin('quit');
  });
  heedTermination(process, quit, Date.now);
  nativeTheme.on('updated', () => draw());
  void app.whenReady().then(() => {
    protocol.handle(pageScheme.scheme, (request) =>
      servePage(path.join(root, 'dist', 'panel'), request),
    );
    tellAboutSettings();
    power.begin().catch(onError);
    drawAll();
  });
  if (!app.isPackaged) Object.assign(globalThis, { torporForTests: tray });

  function pageOf(id: number): Electron.WebContents[] {
    return pages().filter((page) => page.id === id);
  }

  function handSettings(link: AgentLink): void {
    tellSettings(link.request, store.get()).catch(onError);
  }

  function tellAboutSettings(): void {
    const { shortcut } = store.get();
    const words = text().settings;
    const tellOf = (body: string): void => notifier.tell({ about: body, title: 'Torpor', body });
    if (!settings.begin() && shortcut !== null) tellOf(words.shortcutTaken(shortcut));
    if (store.keptAside !== null) tellOf(words.damaged(store.keptAside));
  }

  function draw(): void {
    const link = access.now();
    tray.draw(
      trayLook(root, {
        state: link?.state() ?? null,
        problem: link === undefined ? access.problem() : null,
        lifecycle: life.current(),
        policyOf: policies.of,
        ownership: link?.ownership ?? 'own',
        text: text(),
      }),
    );
  }

  /** What else is in the language that was chosen. */
  function drawAll(): void {
    draw();
    setApplicationMenu(text(), windows.open);
  }
}
