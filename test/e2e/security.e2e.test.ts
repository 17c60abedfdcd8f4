import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestHome, type RunningApp } from './support/app.ts';

/** What a page could do that had been taken over: it runs any script, and finds every door shut. */
const home = createTestHome();
let app: RunningApp;
let panel: Page;
beforeAll(async () => {
  app = await home.launch();
  panel = app.panel;
});
afterAll(() => home.remove());

test('it has no Node, and of Electron one object', async () => {
  const found = await panel.evaluate(() => ({
    globals: ['require', 'process', 'module', 'Buffer', 'electron'].filter(
      (name) => name in globalThis,
    ),
    bridge: Object.keys(window.torpor).sort(),
  }));
  expect(found).toEqual({ globals: [], bridge: ['on', 'request'] });
});

test('it runs no inline script, nor one from elsewhere', async () => {
  const violated = await panel.evaluate(async () => {
    const violations: string[] = [];
    const three = new Promise<void>((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => {
        violations.push(`${event.effectiveDirective} ${event.blockedURI}`);
        if (violations.length === 3) resolve();
      });
    });
    document.title = 'untouched';
    const inline = document.createElement('script');
    inline.textContent = 'document.title = "taken over"';
    const remote = document.createElement('script');
    remote.src = 'https://example.org/x.js';
    document.head.append(inline, remote);
    await fetch('https://example.org/').catch(() => {});
    await three;
    return [...violations, document.title];
  });
  expect(violated).toEqual([
    'script-src-elem inline',
    'script-src-elem https://example.org/x.js',
    'connect-src https://example.org/',
    'untouched',
  ]);
});

test('it goes nowhere', async () => {
  const { origin } = await panel.evaluate(() => ({ origin: location.origin }));
  await panel.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'https://example.org/';
    document.body.append(link);
    link.click();
    link.remove();
  });
  // A request goes to the main process and back after the navigation was judged.
  await panel.evaluate(() => window.torpor.request('state.get', {}));
  expect(await panel.evaluate(() => location.origin)).toBe(origin);
});

test('it opens nothing', async () => {
  const opened = await panel.evaluate(() => {
    window.open('https://example.org/');
    const link = document.createElement('a');
    link.href = 'https://example.org/';
    link.target = '_blank';
    document.body.append(link);
    link.click();
    link.remove();
    return window.torpor.request('state.get', {}).then(() => true);
  });
  expect(opened).toBe(true);
  await expect
    .poll(() => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length))
    .toBe(1);
  await expect.poll(() => app.electron.windows().length).toBe(1);
});

test('it is permitted nothing', async () => {
  const states = await panel.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'clipboard-read'] as PermissionName[];
    const asked = names.map(async (name) => (await navigator.permissions.query({ name })).state);
    return [...(await Promise.all(asked)), Notification.permission];
  });
  expect(states).toEqual(['denied', 'denied', 'denied', 'denied']);
});

test('a request of its own invention is refused', async () => {
  const answers = await panel.evaluate(async () => {
    const request = (...args: unknown[]): Promise<unknown> =>
      Reflect.apply(window.torpor.request, undefined, args);
    return [await request('toString', {}), await request('shell.run', { command: 'id' })];
  });
  expect(answers).toMatchObject([
    { ok: false, problem: { code: 'UNKNOWN_METHOD' } },
    { ok: false, problem: { code: 'UNKNOWN_METHOD' } },
  ]);
});
