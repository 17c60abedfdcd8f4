import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestHome, quit, type TestHome } from './support/app.ts';
import { clickTray, isPanelVisible } from './support/tray.ts';

let home: TestHome;
beforeEach(() => {
  home = createTestHome();
});
afterEach(() => home.remove());

test('launches, opens its panel from the tray, answers a request, and quits', async () => {
  const app = await home.launch();
  const { panel } = app;
  expect(await panel.title()).toBe('Torpor');
  expect(await isPanelVisible(app)).toBe(false);
  await clickTray(app);
  expect(await isPanelVisible(app)).toBe(true);

  const answer = await panel.evaluate(() => window.torpor.request('state.get', {}));
  expect(answer).toMatchObject({ ok: true, value: { agent: { phase: 'ready' }, machines: [] } });
  const refused = await panel.evaluate(() =>
    window.torpor.request('machine.resume', { machine: 'none' }),
  );
  expect(refused).toMatchObject({ ok: false, problem: { code: 'NO_SUCH_MACHINE' } });

  expect(await quit(app)).toEqual({ code: 0, signal: null });
});
