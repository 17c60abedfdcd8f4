import { renameSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTestHome, orderlyEnd, quit, type TestHome } from './support/app.ts';
import {
  createMachine,
  show,
  startMachine,
  tickAfter,
  untilLife,
  untilStatus,
} from './support/machines.ts';
import { clickMenu, isPanelVisible, menuLabels } from './support/tray.ts';

// Several launches of a browser and of guests each; they wait for events, but a busy computer is slow.
vi.setConfig({ testTimeout: 240_000 });
const patient = { timeout: 120_000 };

let home: TestHome;
beforeEach(() => {
  home = createTestHome();
});
afterEach(() => home.remove());

test('quitting suspends what runs, launching brings it back, the menu does either with one click', async () => {
  const first = await home.launch();
  await createMachine(first, home, 'Demo');
  const before = await startMachine(first, 'Demo');
  await expect.poll(() => menuLabels(first), patient).toContain('Quit and Suspend 1 Machine');
  const end = orderlyEnd(first);
  await clickMenu(first, 'Quit');
  expect(await end).toEqual({ code: 0, signal: null });

  const second = await home.launch();
  await untilStatus(second, 'Demo', 'running');
  const after = await tickAfter(second, 'Demo', before.counter);
  expect(after.nonce).toBe(before.nonce);

  await clickMenu(second, 'Demo · running → Suspend');
  await untilStatus(second, 'Demo', 'suspended');
  await expect.poll(() => menuLabels(second), patient).toContain('Quit');
  await clickMenu(second, 'Demo · suspended → Resume');
  await untilStatus(second, 'Demo', 'running');
  expect((await tickAfter(second, 'Demo', after.counter)).nonce).toBe(before.nonce);

  const endOfSecond = orderlyEnd(second);
  second.child.kill('SIGTERM');
  expect(await endOfSecond).toEqual({ code: 0, signal: null });

  const third = await home.launch({ args: ['--leave-suspended'] });
  expect((await show(third, 'Demo')).status).toBe('suspended');
  expect(await quit(third)).toEqual({ code: 0, signal: null });
});

test('a suspension that fails stops the quit and says why; cancelling leaves all as it was', async () => {
  const app = await home.launch();
  const { path: bundle } = await createMachine(app, home, 'Demo');
  const before = await startMachine(app, 'Demo');
  const disk = path.join(bundle, 'disks');
  renameSync(disk, `${disk}-away`);

  await clickMenu(app, 'Quit');
  const life = await untilLife(app, 'quitting', 'failed');
  expect(life).toMatchObject({
    steps: [
      { name: 'Demo', plan: 'suspend', state: 'failed', problem: { code: 'SUSPEND_FAILED' } },
    ],
  });
  await expect
    .poll(() => app.electron.windows().map((page) => page.url().split('/').at(-1)), patient)
    .toEqual(['panel.html', 'quit.html']);
  expect(await tickAfter(app, 'Demo', before.counter)).toMatchObject({ nonce: before.nonce });

  await clickMenu(app, 'Do Not Quit');
  await untilLife(app, 'running');
  expect((await show(app, 'Demo')).status).toBe('running');

  renameSync(`${disk}-away`, disk);
  expect(await quit(app)).toEqual({ code: 0, signal: null });
});

test('after a crash it asks before anything comes back, and a second instance opens the panel', async () => {
  const first = await home.launch();
  await createMachine(first, home, 'Demo');
  const before = await startMachine(first, 'Demo');
  await first.panel.evaluate(() =>
    window.torpor.request('machine.suspend', { machine: 'Demo', reason: 'quit' }),
  );
  first.child.kill('SIGKILL');
  await first.ended;

  const second = await home.launch();
  expect(await untilLife(second, 'askingAfterCrash')).toMatchObject({
    machines: [{ name: 'Demo', left: 'suspended' }],
  });
  expect((await show(second, 'Demo')).status).toBe('suspended');
  const { id } = await show(second, 'Demo');
  await second.panel.evaluate(
    (machine) => window.torpor.request('crash.decide', { restore: [machine] }),
    id,
  );
  await untilStatus(second, 'Demo', 'running');
  expect((await tickAfter(second, 'Demo', before.counter)).nonce).toBe(before.nonce);

  await expect.poll(() => isPanelVisible(second), patient).toBe(true);
  await second.panel.evaluate(() => window.torpor.request('window.close', {}));
  await expect.poll(() => isPanelVisible(second), patient).toBe(false);
  await second.start();
  await expect.poll(() => isPanelVisible(second), patient).toBe(true);
  expect(await quit(second)).toEqual({ code: 0, signal: null });
});
