import { EventEmitter } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserWindowConstructorOptions, Rectangle } from 'electron';
import { app } from '../app/app.ts';
import { preventable } from '../preventable.ts';
import { started } from '../start.ts';
import { openWindows } from './open-windows.ts';
import { checkWebPreferences, type WindowOptions } from './page-options.ts';
import { WebContents } from './web-contents.ts';

const all = new Map<number, BrowserWindow>();
let lastId = 0;

/** A window whose place, focus and being seen are modelled, and whose page is real. */
export class BrowserWindow extends EventEmitter {
  readonly id: number;
  readonly webContents: WebContents;
  readonly #options: WindowOptions;
  #bounds: Rectangle;
  #isVisible = false;
  #isFocused = false;
  #isMinimized = false;
  #isFullScreen = false;
  #isAlwaysOnTop: boolean;
  #isDestroyed = false;
  #wasLoaded = false;
  #title: string;

  static getAllWindows = () => [...all.values()];
  static fromId = (id: number) => all.get(id) ?? null;
  static fromWebContents = (contents: WebContents) =>
    BrowserWindow.getAllWindows().find((window) => window.webContents === contents) ?? null;
  static getFocusedWindow = () =>
    BrowserWindow.getAllWindows().find((window) => window.isFocused()) ?? null;

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super();
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    checkWebPreferences(options);
    lastId += 1;
    this.id = lastId;
    const { width = 800, height = 600, x = 0, y = 0, show = true } = options;
    this.#options = { ...options, width, height };
    this.#bounds = { x, y, width, height };
    this.#isAlwaysOnTop = options.alwaysOnTop === true;
    this.#title = options.title ?? app.getName();
    all.set(this.id, this);
    openWindows.add(this);
    if (show) this.#isVisible = true;
    this.webContents = new WebContents({
      options: this.#options,
      isVisible: this.isVisible,
      close: () => this.close(),
      pageClosed: () => this.destroy(),
      pageLoaded: () => {
        if (this.#wasLoaded) return;
        this.#wasLoaded = true;
        this.emit('ready-to-show');
      },
      pageTitled: (title) => {
        const event = preventable();
        this.webContents.emit('page-title-updated', event, title, true);
        this.emit('page-title-updated', event, title, true);
        if (!event.defaultPrevented) this.#title = title;
      },
      openWindow: (url) => {
        const opened = new BrowserWindow({ ...options, show: true });
        opened.loadURL(url).catch((error) => console.error(error));
      },
    });
    queueMicrotask(() => app.emit('browser-window-created', preventable(), this));
    if (show) this.focus();
  }

  loadURL = (url: string) => this.webContents.loadURL(url);
  loadFile = (file: string) =>
    this.loadURL(pathToFileURL(path.resolve(started().appPath, file)).href);
  reload = () => this.webContents.reload();
  capturePage = () => this.webContents.capturePage();

  show(): void {
    this.#see(true);
    this.focus();
  }
  showInactive(): void {
    this.#see(true);
  }
  hide(): void {
    this.blur();
    this.#see(false);
  }
  #see(visible: boolean): void {
    if (this.#isDestroyed) throw new TypeError('Object has been destroyed');
    if (this.#isVisible === visible) return;
    this.#isVisible = visible;
    this.#refresh();
    this.emit(visible ? 'show' : 'hide');
  }
  focus(): void {
    if (this.#isFocused || !this.#isVisible) return;
    for (const other of all.values()) other.blur();
    this.#isFocused = true;
    this.emit('focus');
    app.emit('browser-window-focus', preventable(), this);
  }
  blur(): void {
    if (!this.#isFocused) return;
    this.#isFocused = false;
    this.emit('blur');
    app.emit('browser-window-blur', preventable(), this);
  }
  minimize(): void {
    this.#isMinimized = true;
    this.emit('minimize');
  }
  restore(): void {
    this.#isMinimized = false;
    this.emit('restore');
  }
  setFullScreen(on: boolean): void {
    this.#isFullScreen = on;
    this.emit(on ? 'enter-full-screen' : 'leave-full-screen');
  }
  isVisible = () => this.#isVisible;
  isFocused = () => this.#isFocused;
  isMinimized = () => this.#isMinimized;
  isMaximized = () => false;
  isFullScreen = () => this.#isFullScreen;
  isAlwaysOnTop = () => this.#isAlwaysOnTop;
  isDestroyed = () => this.#isDestroyed;
  isModal = () => false;
  setAlwaysOnTop(on: boolean): void {
    this.#isAlwaysOnTop = on;
  }

  getTitle = () => this.#title;
  setTitle(title: string): void {
    this.#title = title;
  }
  getBounds = () => ({ ...this.#bounds });
  getContentBounds = () => this.getBounds();
  getNormalBounds = () => this.getBounds();
  getSize = () => [this.#bounds.width, this.#bounds.height];
  getContentSize = () => this.getSize();
  getPosition = () => [this.#bounds.x, this.#bounds.y];
  setBounds(bounds: Partial<Rectangle>): void {
    if (!Object.values(bounds).every(Number.isInteger)) throw new TypeError('conversion failure');
    const before = this.#bounds;
    this.#bounds = { ...before, ...bounds };
    const { width, height, x, y } = this.#bounds;
    if (width !== before.width || height !== before.height) {
      Object.assign(this.#options, { width, height });
      this.#refresh();
      this.emit('resize');
      this.emit('resized');
    }
    if (x !== before.x || y !== before.y) {
      this.emit('move');
      this.emit('moved');
    }
  }
  setContentBounds = (bounds: Partial<Rectangle>) => this.setBounds(bounds);
  setSize = (width: number, height: number) => this.setBounds({ width, height });
  setContentSize = (width: number, height: number) => this.setSize(width, height);
  setPosition = (x: number, y: number) => this.setBounds({ x, y });

  /** Of no consequence without a window frame. */
  center(): void {}
  flashFrame(): void {}
  moveTop(): void {}
  removeMenu(): void {}
  setAspectRatio(): void {}
  setAutoHideMenuBar(): void {}
  setBackgroundColor(): void {}
  setIcon(): void {}
  setMaximumSize(): void {}
  setMenu(): void {}
  setMenuBarVisibility(): void {}
  setMinimumSize(): void {}
  setProgressBar(): void {}
  setResizable(): void {}
  setSkipTaskbar(): void {}
  setVisibleOnAllWorkspaces(): void {}

  close(): void {
    this.closeUnlessPrevented();
  }
  /** Not Electron's; see OpenWindow. `beforeunload` of the page is not asked. */
  closeUnlessPrevented(): boolean {
    if (this.#isDestroyed) return true;
    const event = preventable();
    this.emit('close', event);
    if (event.defaultPrevented) return false;
    this.destroy();
    return true;
  }
  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    this.#isVisible = false;
    this.#isFocused = false;
    all.delete(this.id);
    openWindows.delete(this);
    this.webContents.destroy();
    this.emit('closed');
    if (openWindows.size === 0) app.afterLastWindow();
  }

  #refresh(): void {
    this.webContents.refresh().catch(() => {
      // The page is gone, and with it what there was to refresh.
    });
  }
}
