/** Drives test/electron-standin/fixture by Playwright, through Chromium: the stand-in's own promises. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const binary = path.join(import.meta.dirname, 'electron');
const fixture = path.join(import.meta.dirname, 'fixture');

interface Launched {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly child: ChildProcess;
  readonly ended: Promise<unknown[]>;
  readonly args: readonly string[];
  readonly userData: string;
  remove(): Promise<void>;
}

async function launch(): Promise<Launched> {
  const userData = mkdtempSync(path.join(tmpdir(), 'standin-'));
  const args = [`--user-data-dir=${userData}`, fixture];
  const app = await _electron.launch({ executablePath: binary, args });
  const child = app.process();
  const ended = once(child, 'exit');
  const remove = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(userData, { recursive: true, force: true, maxRetries: 10 });
  };
  const page = await app.firstWindow();
  await page.locator('#out').waitFor();
  return { app, page, child, ended, args, userData, remove };
}

const logOf = (app: ElectronApplication): Promise<unknown> =>
  app.evaluate(() => Reflect.get(globalThis, 'log'));

describe('a page', () => {
  let launched: Launched;
  let app: ElectronApplication;
  let page: Page;
  const evaluate = (expression: string): Promise<unknown> => page.evaluate(expression);
  beforeAll(async () => {
    launched = await launch();
    ({ app, page } = launched);
  });
  afterAll(() => launched.remove());

  test('values cross by structured clone, both ways, and functions are refused', async () => {
    expect(
      await evaluate(`bridge.invoke('echo', { at: new Date(5), map: new Map([['a', 1n]]) })
      .then((v) => [v.at.getTime(), v.map.get('a') === 1n])`),
    ).toEqual([5, true]);
    await expect(evaluate('bridge.invokeFunction()')).rejects.toThrow('could not be cloned');
  });

  test('a handler that throws rejects in the words of Electron', async () => {
    await expect(evaluate(`bridge.invoke('fail')`)).rejects.toThrow(
      "Error invoking remote method 'fail': RangeError: too far",
    );
    await expect(evaluate(`bridge.invoke('none')`)).rejects.toThrow(
      "No handler registered for 'none'",
    );
  });

  test('the main process knows which page asks, by the name that the app gave it', async () => {
    expect(await evaluate(`bridge.invoke('who')`)).toEqual({
      url: 'fixture://app/index.html',
      isMain: true,
      id: 1,
    });
  });

  test('the main process sends, and a listener that was removed hears no more', async () => {
    const heard = await evaluate(`new Promise((resolve) => {
    const heard = [];
    const off = bridge.on('pong', (value) => {
      heard.push(value);
      if (value === 'a') { off(); bridge.on('pong', () => resolve(heard)); bridge.send('ping', 'b'); }
    });
    bridge.send('ping', 'a');
  })`);
    expect(heard).toEqual(['a']);
  });

  test('the preload is in a world of its own, without Node', async () => {
    const seen = '[typeof secretOfPreload, typeof require, typeof process, typeof bridge.invoke]';
    expect(await evaluate(seen)).toEqual(['undefined', 'undefined', 'undefined', 'function']);
  });

  test('the header of the page is obeyed, and a body reaches the handler', async () => {
    const inline = `(() => { const script = document.createElement('script');
    script.textContent = 'globalThis.ran = true'; document.head.append(script); return typeof ran; })()`;
    expect(await evaluate(inline)).toBe('undefined');
    expect(
      await evaluate(`fetch('/x', { method: 'POST', body: 'told' }).then((r) => r.text())`),
    ).toBe('told');
  });

  test('a page can be kept where it is', async () => {
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.on('will-navigate', (event, url) => {
        event.preventDefault();
        Object.assign(globalThis, { tried: url });
      });
    });
    await page.locator('#out').click();
    await expect
      .poll(() => app.evaluate(() => Reflect.get(globalThis, 'tried')))
      .toBe('https://example.org/');
    expect(await evaluate('document.title')).toBe('Fixture');
  });

  test('a window that a page opens is denied when the app says so, else opened', async () => {
    const open = `open('fixture://app/a'); document.querySelector('#out').target = '_blank';
      document.querySelector('#out').click()`;
    await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.setWindowOpenHandler(({ url }) => ({
        action: url.endsWith('/a') ? 'deny' : 'allow',
      })),
    );
    const opened = app.waitForEvent('window');
    await evaluate(open);
    await (await opened).close();
    const refused = await app.evaluate(() => globalThis.electronStandin?.refusedWindows);
    expect(refused).toEqual(['fixture://app/a']);
    expect(app.windows()).toHaveLength(1);
  });

  test('a theme and being hidden reach the page', async () => {
    const dark = `matchMedia('(prefers-color-scheme: dark)').matches`;
    expect(await evaluate(dark)).toBe(false);
    await app.evaluate(({ nativeTheme }) => {
      nativeTheme.themeSource = 'dark';
    });
    await expect.poll(() => evaluate(dark)).toBe(true);

    const hidden = evaluate(`new Promise((resolve) =>
    document.addEventListener('visibilitychange', () => resolve(document.visibilityState)))`);
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
    expect(await hidden).toBe('hidden');
  });

  test('a window has the size that was asked for, and its picture too', async () => {
    const size = await app.evaluate(async ({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows()[0];
      window?.setSize(320, 200);
      return (await window?.webContents.capturePage())?.getSize();
    });
    expect(size).toEqual({ width: 320, height: 200 });
    expect(await evaluate('[innerWidth, innerHeight]')).toEqual([320, 200]);
  });
});

describe('an app', () => {
  let launched: Launched;
  let app: ElectronApplication;
  beforeEach(async () => {
    launched = await launch();
    ({ app } = launched);
  });
  afterEach(() => launched.remove());

  test('quitting may be prevented, then goes its way in order', async () => {
    await app.evaluate(({ app }) => {
      app.once('before-quit', (event) => event.preventDefault());
      app.quit();
    });
    expect(await logOf(app)).toEqual(['before-quit']);
    const last = app.evaluate(
      ({ app }) =>
        new Promise((resolve) => {
          app.on('quit', (_event, code) => resolve([Reflect.get(globalThis, 'log'), code]));
          app.quit();
        }),
    );
    expect(await last).toEqual([['before-quit', 'before-quit', 'will-quit', 'quit'], 0]);
    expect(await launched.ended).toEqual([0, null]);
  });

  test('a window that refuses to close keeps the app', async () => {
    await app.evaluate(({ app, BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.once('close', (event) => event.preventDefault());
      app.quit();
    });
    expect(await logOf(app)).toEqual(['before-quit']);
  });

  test('a second start ends, and the first hears of it', async () => {
    const second = spawn(binary, launched.args, { stdio: 'ignore' });
    expect(await once(second, 'exit')).toEqual([0, null]);
    expect(await logOf(app)).toContain('second-instance');
  });

  test('SIGTERM is a request to quit', async () => {
    launched.child.kill('SIGTERM');
    expect(await launched.ended).toEqual([0, null]);
    expect(readdirSync(launched.userData).filter((name) => name.startsWith('Chromium-'))).toEqual(
      [],
    );
  });

  test('killed, it takes its browser along', async () => {
    const browser = browserOf(launched.userData);
    expect(browser.length).toBeGreaterThan(0);
    launched.child.kill('SIGKILL');
    await launched.ended;
    await expect.poll(() => browserOf(launched.userData), { timeout: 20_000 }).toEqual([]);
  });
});

/** Processes whose command line names the folder, but for those that only wait to be reaped. */
function browserOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandLineOf(pid).includes(`--user-data-dir=${folder}/Chromium-`));
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // It ended meanwhile.
  }
}
