import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { DevTools } from '../chromium/devtools.ts';
import { browser } from '../chromium/running.ts';
import { pageScript, preloadScript } from '../page/scripts.ts';
import type { Channel, FromPage, ToPage } from '../page/worlds.ts';
import { isHeaded } from '../start.ts';
import type { WindowOptions } from './page-options.ts';
import { toAppUrl } from './protocol.ts';
import { interceptRequests, type Navigation } from './requests.ts';

export interface PageEvents {
  onMessage(message: FromPage): void;
  onLoaded(): void;
  onNavigated(url: string): void;
  onTitle(title: string): void;
  onCrashed(): void;
  onClosed(): void;
  /** The page would open a window; Chromium does not (--block-new-web-contents). */
  onWindowOpen(url: string): void;
  mayNavigate(navigation: Navigation): boolean;
}

/** One page of Chromium with its two worlds, as a BrowserWindow uses it. */
export interface Page {
  readonly targetId: string;
  readonly devTools: DevTools;
  /** Reaches the preload; what comes before the preload has run waits for it. */
  post(message: ToPage): void;
  setSeen(seen: boolean): Promise<void>;
  close(): Promise<void>;
}

const transparent = { color: { r: 0, g: 0, b: 0, a: 0 } };
const preloadWorldName = 'Electron Isolated Context';

export async function openPage(
  options: WindowOptions,
  seen: boolean,
  events: PageEvents,
): Promise<Page> {
  const whole = await browser();
  const { width, height } = options;
  const { targetId } = await whole.send('Target.createTarget', {
    url: 'about:blank',
    newWindow: true,
    width,
    height,
  });
  const attached = await whole.send('Target.attachToTarget', { targetId, flatten: true });
  const page = whole.session(attached.sessionId);
  const channel: Channel = {
    toPage: `electron-${randomUUID()}`,
    fromPage: `electron-${randomUUID()}`,
    visibility: `electron-${randomUUID()}`,
  };
  const preload = preloadContext(page, targetId);

  page.on('Runtime.bindingCalled', ({ name, payload }) => {
    if (name === 'electronStandinSend') events.onMessage(JSON.parse(payload));
  });
  page.on('Page.loadEventFired', events.onLoaded);
  page.on('Page.frameNavigated', ({ frame }) => {
    if (frame.parentId === undefined) {
      events.onNavigated(toAppUrl(frame.url + (frame.urlFragment ?? '')));
    }
  });
  page.on('Page.navigatedWithinDocument', ({ frameId, url }) => {
    if (frameId === targetId) events.onNavigated(toAppUrl(url));
  });
  page.on('Inspector.targetCrashed', events.onCrashed);
  page.on('Page.windowOpen', ({ url }) => events.onWindowOpen(toAppUrl(url)));
  whole.on('Target.targetInfoChanged', ({ targetInfo }) => {
    if (targetInfo.targetId === targetId) events.onTitle(targetInfo.title);
  });
  whole.on('Target.targetDestroyed', (gone) => {
    if (gone.targetId === targetId) events.onClosed();
  });

  // Chromium takes commands in the order in which they are sent.
  await Promise.all([
    page.send('Page.enable'),
    page.send('Runtime.enable'),
    page.send('Inspector.enable'),
    page.send('Runtime.addBinding', {
      name: 'electronStandinSend',
      executionContextName: preloadWorldName,
    }),
    options.transparent && page.send('Emulation.setDefaultBackgroundColorOverride', transparent),
    page.send('Page.addScriptToEvaluateOnNewDocument', { source: pageScript(channel, seen) }),
    page.send('Page.addScriptToEvaluateOnNewDocument', {
      worldName: preloadWorldName,
      source: preloadScript(channel, processFacts(options), readPreload(options)),
    }),
    interceptRequests(page, targetId, events.mayNavigate),
  ]);

  return {
    targetId,
    devTools: page,
    post: preload.post,
    async setSeen(now) {
      const event = `new CustomEvent(${JSON.stringify(channel.visibility)}, { detail: ${now} })`;
      await page.send('Runtime.evaluate', { expression: `dispatchEvent(${event})` });
      if (isHeaded) await showOnDesktop(whole, targetId, now);
    },
    async close() {
      await whole.send('Target.closeTarget', { targetId }).catch(alreadyClosed);
    },
  };
}

/** By hand, a window that is not shown is at least out of the way: Chromium cannot hide one. */
async function showOnDesktop(whole: DevTools, targetId: string, shown: boolean): Promise<void> {
  const { windowId } = await whole.send('Browser.getWindowForTarget', { targetId });
  const windowState = shown ? 'normal' : 'minimized';
  await whole.send('Browser.setWindowBounds', { windowId, bounds: { windowState } });
}

/** Follows the preload's world from document to document. */
function preloadContext(page: DevTools, mainFrame: string) {
  let context: number | undefined;
  const waiting: ToPage[] = [];
  const post = (message: ToPage) => {
    if (context === undefined) {
      waiting.push(message);
      return;
    }
    const expression = `electronStandinReceive(${JSON.stringify(message)})`;
    page.send('Runtime.evaluate', { contextId: context, expression }).catch(alreadyClosed);
  };
  page.on('Runtime.executionContextCreated', ({ context: created }) => {
    if (created.name !== preloadWorldName || created.auxData?.frameId !== mainFrame) return;
    context = created.id;
    for (const message of waiting.splice(0)) post(message);
  });
  page.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
    if (executionContextId === context) context = undefined;
  });
  page.on('Runtime.executionContextsCleared', () => {
    context = undefined;
  });
  return { post };
}

function readPreload({ webPreferences }: WindowOptions): { path: string; source: string } {
  const path = webPreferences?.preload;
  return path === undefined
    ? { path: '', source: '' }
    : { path, source: readFileSync(path, 'utf8') };
}

function processFacts({ webPreferences }: WindowOptions) {
  const { electron, node } = process.versions;
  return {
    platform: process.platform,
    arch: process.arch,
    versions: { electron, node, chrome: '0.0.0.0' },
    argv: [...(webPreferences?.additionalArguments ?? [])],
  };
}

/** A page that is gone cannot be closed or spoken to, which is as good. */
function alreadyClosed(): void {}
