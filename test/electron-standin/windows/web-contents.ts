import { EventEmitter } from 'node:events';
import { browser } from '../chromium/running.ts';
import { NativeImage } from '../desktop/native-image.ts';
import { nativeTheme } from '../desktop/native-theme.ts';
import { createCodec } from '../page/codec.ts';
import type { FromPage } from '../page/worlds.ts';
import { preventable } from '../preventable.ts';
import { seen } from '../seen.ts';
import { IpcMain, ipcMain } from './ipc-main.ts';
import { openPage, type Page } from './page.ts';
import type { WindowOptions } from './page-options.ts';
import { toBrowserUrl } from './protocol.ts';
import type { Navigation } from './requests.ts';
import { applyPermissions, session } from './session.ts';

const codec = createCodec();
const all = new Map<number, WebContents>();
let lastId = 0;

/** What a WebContents needs of the window it is in. */
export interface Owner {
  readonly options: WindowOptions;
  isVisible(): boolean;
  close(): void;
  /** The page is gone. */
  pageClosed(): void;
  pageLoaded(): void;
  pageTitled(title: string): void;
  /** The page opens a window, and nobody denies it. */
  openWindow(url: string): void;
}

type OpenHandler = (details: { readonly url: string }) => { readonly action: 'allow' | 'deny' };

export class WebContents extends EventEmitter {
  readonly id: number;
  readonly ipc = new IpcMain();
  readonly session = session.defaultSession;
  readonly mainFrame;
  readonly #owner: Owner;
  readonly #page: Promise<Page>;
  #targetId: string | undefined;
  #url = '';
  #title = '';
  #isDestroyed = false;
  #isLoading = false;
  /** What the app itself is loading: Electron asks nobody about that. */
  #expected: string | undefined;
  #openHandler: OpenHandler | undefined;

  constructor(owner: Owner) {
    super();
    lastId += 1;
    this.id = lastId;
    this.#owner = owner;
    all.set(this.id, this);
    const contents = this;
    this.mainFrame = {
      processId: this.id,
      routingId: 1,
      parent: null,
      get url() {
        return contents.#url;
      },
      get origin() {
        return URL.parse(contents.#url)?.origin ?? 'null';
      },
    };
    this.#page = this.#open();
    // Whoever loads something hears of it there.
    this.#page.catch(() => {});
  }

  static all = () => [...all.values()];
  static fromId = (id: number) => all.get(id);
  static fromDevToolsTargetId = (target: string) =>
    WebContents.all().find((contents) => contents.#targetId === target);

  async #open(): Promise<Page> {
    const page = await openPage(this.#owner.options, this.#owner.isVisible(), {
      onMessage: (message) => void this.#receive(message),
      onLoaded: () => {
        // The browser may still load a page whose window was closed meanwhile; nobody hears of it.
        if (this.#isDestroyed) return;
        this.#isLoading = false;
        this.#page.then((page) => page.setSeen(this.#owner.isVisible())).catch(ignore);
        this.emit('dom-ready', preventable());
        this.emit('did-finish-load', preventable());
        this.emit('did-stop-loading', preventable());
        this.#owner.pageLoaded();
      },
      onNavigated: (url) => {
        if (this.#isDestroyed) return;
        this.#url = url;
        this.emit('did-navigate', preventable(), url, 200, 'OK');
      },
      onTitle: (title) => {
        if (this.#isDestroyed || title === this.#title || title === '') return;
        this.#title = title;
        this.#owner.pageTitled(title);
      },
      onCrashed: () =>
        this.emit('render-process-gone', preventable(), { reason: 'crashed', exitCode: 1 }),
      onClosed: () => this.#owner.pageClosed(),
      onWindowOpen: (url) => {
        if (this.#openHandler?.({ url }).action === 'deny') seen.refusedWindows.push(url);
        else this.#owner.openWindow(url);
      },
      mayNavigate: (navigation) => this.#mayNavigate(navigation),
    });
    this.#targetId = page.targetId;
    await this.#show(page);
    return page;
  }
  async #show({ devTools }: Page): Promise<void> {
    const { width, height } = this.#owner.options;
    await devTools.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 0,
      mobile: false,
    });
    await devTools.send('Emulation.setEmulatedMedia', {
      features: [
        {
          name: 'prefers-color-scheme',
          value: nativeTheme.shouldUseDarkColors ? 'dark' : 'light',
        },
      ],
    });
  }
  #mayNavigate({ url, isMainFrame }: Navigation): boolean {
    if (isMainFrame && this.#expected === url) {
      this.#expected = undefined;
      return true;
    }
    const event = { ...preventable(), url, isMainFrame, isSameDocument: false };
    event.preventDefault = () => {
      event.defaultPrevented = true;
    };
    this.emit('will-frame-navigate', event, url, false, isMainFrame);
    if (isMainFrame) this.emit('will-navigate', event, url, false, true);
    return !event.defaultPrevented;
  }

  async #receive(message: FromPage): Promise<void> {
    const decoded = codec.decode(message.args);
    const args = Array.isArray(decoded) ? decoded : [];
    const event = {
      type: 'frame',
      sender: this,
      senderFrame: this.mainFrame,
      frameId: 1,
      processId: this.id,
      ports: [],
      reply: (channel: string, ...values: unknown[]) => this.send(channel, ...values),
    };
    if (message.kind === 'send') {
      this.ipc.emit(message.channel, event, ...args);
      ipcMain.emit(message.channel, event, ...args);
      return;
    }
    const { id, channel } = message;
    const page = await this.#page;
    try {
      const handler = this.ipc.handlerOf(channel) ?? ipcMain.handlerOf(channel);
      if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
      page.post({ kind: 'reply', id, value: codec.encode(await handler(event, ...args)) });
    } catch (error) {
      const text = `Error invoking remote method '${channel}': ${error}`;
      page.post({ kind: 'failure', id, message: text });
    }
  }

  /** @throws when `args` cannot be cloned, at once, as Electron does */
  send(channel: string, ...args: unknown[]): void {
    if (this.#isDestroyed) throw new TypeError('Object has been destroyed');
    const encoded = codec.encode(args);
    this.#page.then((page) => page.post({ kind: 'push', channel, args: encoded }), ignore);
  }
  async loadURL(url: string): Promise<void> {
    const { devTools } = await this.#page;
    await applyPermissions(await browser(), this, url);
    this.#isLoading = true;
    this.#expected = new URL(url).href;
    const loaded = new Promise<void>((resolve) => this.once('did-finish-load', () => resolve()));
    const { errorText } = await devTools.send('Page.navigate', { url: toBrowserUrl(url) });
    if (errorText) {
      this.#isLoading = false;
      this.emit('did-fail-load', preventable(), -2, errorText, url, true);
      throw new Error(`${errorText} (-2) loading '${url}'`);
    }
    await loaded;
  }
  reload(): void {
    this.#expected = this.#url;
    this.#page.then(({ devTools }) => devTools.send('Page.reload')).catch(ignore);
  }
  async executeJavaScript(expression: string): Promise<unknown> {
    const { devTools } = await this.#page;
    const { result, exceptionDetails } = await devTools.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description);
    return result.value;
  }
  async capturePage(): Promise<NativeImage> {
    const { devTools } = await this.#page;
    const { data } = await devTools.send('Page.captureScreenshot', { format: 'png' });
    return new NativeImage(Buffer.from(data, 'base64'));
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }
  getURL = () => this.#url;
  getTitle = () => this.#title;
  isDestroyed = () => this.#isDestroyed;
  isLoading = () => this.#isLoading;
  isCrashed = () => false;
  isDevToolsOpened = () => false;
  setBackgroundThrottling(): void {}
  setZoomFactor(): void {}
  focus(): void {}
  close(): void {
    this.#owner.close();
  }

  /** Not Electron's: size, theme or visibility of the window changed. */
  async refresh(): Promise<void> {
    const page = await this.#page;
    await this.#show(page);
    await page.setSeen(this.#owner.isVisible());
  }
  /** Not Electron's: the window is gone. */
  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    all.delete(this.id);
    this.#page.then((page) => page.close()).catch(ignore);
    this.emit('destroyed');
  }
}

nativeTheme.on('updated', () => {
  for (const contents of all.values()) contents.refresh().catch(ignore);
});

/** The page went away meanwhile; its window tells. */
function ignore(): void {}

export const webContents = {
  getAllWebContents: WebContents.all,
  fromId: WebContents.fromId,
  fromDevToolsTargetId: WebContents.fromDevToolsTargetId,
};
