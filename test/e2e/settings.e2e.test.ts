import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTestHome, quit, type RunningApp, type TestHome } from './support/app.ts';
import { createMachine, startMachine } from './support/machines.ts';
import { menuLabels } from './support/tray.ts';

// A busy computer is slow to launch a browser.
vi.setConfig({ testTimeout: 240_000 });
const patient = { timeout: 120_000 };

let home: TestHome;
beforeEach(() => {
  home = createTestHome();
});
afterEach(() => home.remove());

const language = ({ panel }: RunningApp) =>
  panel.evaluate(async () => {
    const answer = await window.torpor.request('settings.get', {});
    return answer.ok ? answer.value.language : answer.problem;
  });

test('settings take effect at once and survive; a damaged file is kept aside', async () => {
  const first = await home.launch();
  await first.panel.evaluate(() =>
    window.torpor.request('settings.set', { changes: { language: 'de' } }),
  );
  await expect.poll(() => menuLabels(first), patient).toContain('Einstellungen …');
  await quit(first);

  const second = await home.launch();
  expect(await language(second)).toBe('de');
  await quit(second);

  const file = path.join(home.userData, 'settings.json');
  const damaged = readFileSync(file, 'utf8').slice(0, -5);
  writeFileSync(file, damaged);
  const third = await home.launch();
  expect(await language(third)).toBe('system');
  const aside = readdirSync(home.userData).filter((name) => name.startsWith('settings.damaged-'));
  expect(aside).toHaveLength(1);
  expect(readFileSync(path.join(home.userData, aside[0] ?? ''), 'utf8')).toBe(damaged);
  await quit(third);
});

test('a display carries the bytes of the guest’s VNC server to the page that asked', async () => {
  const app = await home.launch();
  await createMachine(app, home, 'Demo');
  await startMachine(app, 'Demo');
  const greeting = await app.panel.evaluate(async () => {
    const received = new Promise<Uint8Array>((resolve) => {
      window.torpor.on('display.data', ({ bytes }) => resolve(bytes));
    });
    const answer = await window.torpor.request('display.connect', { machine: 'Demo' });
    if (!answer.ok) return answer.problem.code;
    const { connection } = answer.value;
    const text = new TextDecoder().decode(await received);
    const closed = new Promise<void>((resolve) => {
      window.torpor.on('display.closed', () => resolve());
    });
    await window.torpor.request('display.close', { connection });
    await closed;
    const late = await window.torpor.request('display.send', {
      connection,
      bytes: new Uint8Array([1]),
    });
    return `${text}${late.ok ? 'sent' : late.problem.code}`;
  });
  expect(greeting).toBe('RFB 003.008\nNO_SUCH_MACHINE');
  expect(await quit(app)).toEqual({ code: 0, signal: null });
});
