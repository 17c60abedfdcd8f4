import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTestHome, quit, type TestHome } from './support/app.ts';
import { createMachine, show, startMachine, tickAfter, untilStatus } from './support/machines.ts';
import { stallMedium } from './support/medium.ts';
import { clickTray } from './support/tray.ts';

// A busy computer is slow to launch a browser and a guest.
vi.setConfig({ testTimeout: 240_000 });

let home: TestHome;
beforeEach(() => {
  home = createTestHome();
});
afterEach(() => home.remove());

test('a suspension that is cancelled in the panel, half written, leaves the guest running', async () => {
  const app = await home.launch();
  const { path: bundle } = await createMachine(app, home, 'Demo', { stateMode: 'streamed' });
  const before = await startMachine(app, 'Demo');
  const medium = await stallMedium(app);
  await clickTray(app);

  await app.panel.getByRole('button', { name: /^Suspend Demo/ }).click();
  await medium.reached();
  expect(await show(app, 'Demo')).toMatchObject({
    status: 'suspending',
    progress: { cancellable: true },
  });
  await app.panel.getByRole('button', { name: 'Cancel Demo' }).click();
  await medium.release();

  await untilStatus(app, 'Demo', 'running');
  expect(await tickAfter(app, 'Demo', before.counter)).toMatchObject({ nonce: before.nonce });
  expect(await show(app, 'Demo')).toMatchObject({ savedState: null, problem: null });
  expect(readdirSync(path.join(bundle, 'state'))).toEqual([]);
  await expect.poll(() => app.panel.getByRole('alert').allInnerTexts()).toEqual(['']);

  // What was cancelled keeps nothing from being done in earnest.
  await app.panel.getByRole('button', { name: /^Suspend Demo/ }).click();
  await untilStatus(app, 'Demo', 'suspended');
  expect(await quit(app)).toEqual({ code: 0, signal: null });
});
