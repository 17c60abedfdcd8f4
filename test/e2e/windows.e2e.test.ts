import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { WindowRequest } from '../../src/contract/app.ts';
import { createTestHome, type RunningApp } from './support/app.ts';
import { createMachine } from './support/machines.ts';

// A busy computer is slow to launch a browser.
vi.setConfig({ testTimeout: 120_000 });
const patient = { timeout: 60_000 };

const home = createTestHome();
let app: RunningApp;
beforeAll(async () => {
  app = await home.launch();
});
afterAll(() => home.remove());

const open = async (request: WindowRequest): Promise<void> => {
  const answer = await app.panel.evaluate(
    (params) => window.torpor.request('window.open', params),
    request,
  );
  if (!answer.ok) throw new Error(JSON.stringify(answer.problem));
};

/** The page of a window, once it is loaded. */
async function pageOf(end: string) {
  const find = () => app.electron.windows().find((page) => page.url().endsWith(end));
  await expect.poll(() => find()?.url(), patient).toBeDefined();
  const page = find();
  if (page === undefined) throw new Error(`no window ${end}`);
  await page.waitForLoadState();
  return page;
}

/** What a person sees of the windows beside the panel, by their titles. */
const seen = () =>
  app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .filter((window) => !window.webContents.getURL().endsWith('/panel.html'))
      .map((window) => ({
        page: window.webContents.getURL().replace(/^.*\//, ''),
        isVisible: window.isVisible(),
        isFocused: window.isFocused(),
        isMinimized: window.isMinimized(),
      })),
  );
const inFront = { isVisible: true, isFocused: true, isMinimized: false };

test('a window is made once and shown when it is drawn; asked for again, it comes to the front', async () => {
  await open({ window: 'settings' });
  await expect.poll(seen, patient).toEqual([{ page: 'settings.html', ...inFront }]);
  await open({ window: 'about' });
  await expect.poll(seen, patient).toEqual([
    { page: 'settings.html', ...inFront, isFocused: false },
    { page: 'about.html', ...inFront },
  ]);
  await app.electron.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) {
      if (window.webContents.getURL().endsWith('/settings.html')) window.minimize();
    }
  });
  await open({ window: 'settings' });
  await expect.poll(seen, patient).toEqual([
    { page: 'settings.html', ...inFront },
    { page: 'about.html', ...inFront, isFocused: false },
  ]);
});

test('its page hears whether it can be seen, and may close it; then it can be opened again', async () => {
  const page = await pageOf('/settings.html');
  const heard = await page.evaluate(async () => {
    const told: boolean[] = [];
    const twice = new Promise<void>((resolve) => {
      window.torpor.on('shown', (isShown) => {
        told.push(isShown);
        if (told.length === 2) resolve();
      });
    });
    Object.assign(globalThis, { heardTwice: twice.then(() => told) });
    return window.torpor.request('window.isShown', {});
  });
  expect(heard).toEqual({ ok: true, value: true });
  await app.electron.evaluate(({ BrowserWindow }) => {
    const found = BrowserWindow.getAllWindows().find((window) =>
      window.webContents.getURL().endsWith('/settings.html'),
    );
    found?.hide();
    found?.show();
  });
  expect(await page.evaluate(() => Reflect.get(globalThis, 'heardTwice'))).toEqual([false, true]);

  const closed = page.waitForEvent('close');
  // The answer may be lost with the page.
  await page.evaluate(() => window.torpor.request('window.close', {})).catch(() => {});
  await closed;
  await open({ window: 'settings' });
  await pageOf('/settings.html');
});

test('each machine has a display window of its own', async () => {
  const ids: string[] = [];
  for (const name of ['First', 'Second']) {
    const { id } = await createMachine(app, home, name);
    ids.push(id);
    await open({ window: 'display', machine: id });
    await open({ window: 'display', machine: id });
  }
  await expect
    .poll(
      async () =>
        (await seen()).map(({ page }) => page).filter((page) => page.startsWith('display')),
      patient,
    )
    .toEqual(ids.map((id) => `display.html?machine=${id}`));
});

test('a window that there is not is refused', async () => {
  const answer = await app.panel.evaluate(() =>
    Reflect.apply(window.torpor.request, undefined, ['window.open', { window: 'devtools' }]),
  );
  expect(answer).toMatchObject({ ok: false, problem: { code: 'BAD_REQUEST' } });
});
