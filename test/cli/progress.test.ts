import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { creationLine, progressLine } from '../../src/cli/progress/line.ts';
import { createRate } from '../../src/cli/progress/rate.ts';
import { runCli } from '../../src/cli/run.ts';
import type { CreationView, MachineView, OperationProgress } from '../../src/contract/app-state.ts';
import type { Outcome } from '../../src/contract/requests.ts';
import { TorporError } from '../../src/core/errors.ts';
import { appState, fakeClient, machineView } from '../support/fake-client.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

const mebibyte = 2 ** 20;

function progressAt(done: number, changes: Partial<OperationProgress> = {}): OperationProgress {
  return {
    status: 'suspending',
    startedAt: 0,
    amount: { done, total: 400 * mebibyte },
    cancellable: true,
    ...changes,
  };
}

describe('the line of one operation', () => {
  const line = (progress: OperationProgress, bytesPerSecond?: number) =>
    progressLine({ name: 'web', progress, bytesPerSecond, now: 4_000 });

  test('bytes, rate, time left and how to cancel', () => {
    expect(line(progressAt(100 * mebibyte), 50 * mebibyte)).toBe(
      'suspending “web”  █████░░░░░░░░░░░░░░░  25 %  100 MiB of 400 MiB  50 MiB/s  6 s left  Ctrl-C cancels',
    );
  });

  test('no rate while it is unknown', () => {
    expect(line(progressAt(0))).toBe(
      'suspending “web”  ░░░░░░░░░░░░░░░░░░░░   0 %  0 B of 400 MiB  Ctrl-C cancels',
    );
  });

  test('the time it took, where bytes are unknown', () => {
    expect(line(progressAt(0, { amount: null, cancellable: false, status: 'starting' }))).toBe(
      'starting “web” … 4 s',
    );
  });

  test('never over 100 %', () => {
    expect(line(progressAt(401 * mebibyte))).toContain('100 %');
  });
});

describe('the line of a machine that is being made', () => {
  const line = (changes: Partial<CreationView>, now: number) =>
    creationLine(
      {
        ...{ id: 'x', name: 'mac', step: 'installing', stepStartedAt: 0, fraction: null },
        cancellable: true,
        ...changes,
      },
      now,
    );

  test('tells the step, how much of it is done and about how long it will take', () => {
    expect(line({}, 3_000)).toBe('installing “mac” … 3 s  Ctrl-C cancels');
    expect(line({ fraction: 0.25 }, 60_000)).toBe(
      'installing “mac”  █████░░░░░░░░░░░░░░░  25 %  3 min 0 s left  Ctrl-C cancels',
    );
    expect(line({ fraction: 0.01, cancellable: false }, 60_000)).toBe(
      'installing “mac”  ░░░░░░░░░░░░░░░░░░░░   1 %',
    );
  });
});

test('the rate is that of the last seconds', () => {
  const rate = createRate();
  expect(rate.note(progressAt(0), 0)).toBeUndefined();
  expect(rate.note(progressAt(100), 1_000)).toBe(100);
  for (let second = 2; second <= 10; second++) rate.note(progressAt(100), second * 1_000);
  expect(rate.note(progressAt(1_100), 11_000)).toBeCloseTo(1_000 / 6, 0);
  expect(rate.note(progressAt(1_100, { amount: null }), 12_000)).toBeUndefined();
});

/** A suspension that lasts until the test ends it. */
function slow(view: Partial<MachineView> = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const progress = progressAt(100 * mebibyte);
  const machines = [machineView({ status: 'suspending', progress, ...view })];
  const client = fakeClient({
    'machine.suspend': () => promise,
    'events.subscribe': () => ({}),
    'state.get': () => appState(machines),
    'machine.cancel': () => ({ cancelled: true }),
  });
  const terminal = fakeTerminal({ client });
  const asked = () => client.calls.map(({ method }) => method);
  const finish = () => resolve({ name: 'web', status: 'suspended', seconds: 3 });
  return { client, terminal, asked, finish, fail: reject };
}

describe('what takes time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('under a second nothing but the result is shown', async () => {
    const { terminal, finish, asked } = slow();
    terminal.stderr.isTTY = true;
    const done = runCli(['suspend', 'web'], terminal);
    await vi.advanceTimersByTimeAsync(900);
    finish();
    expect(await done).toBe(0);
    expect(terminal.stderr.text).toBe('');
    expect(asked()).toEqual(['machine.suspend']);
  });

  test('without a terminal one line says what goes on', async () => {
    const { terminal, finish } = slow();
    const done = runCli(['suspend', 'web'], terminal);
    await vi.advanceTimersByTimeAsync(5_000);
    finish();
    await done;
    expect(terminal.stderr.text).toBe('Suspending “web” …\n');
    expect(terminal.stdout.text).toBe('“web” is suspended (3 s).\n');
  });

  test.each(['--json', '--quiet'])('%s keeps that line away', async (option) => {
    const { terminal, finish } = slow();
    const done = runCli(['suspend', 'web', option], terminal);
    await vi.advanceTimersByTimeAsync(5_000);
    finish();
    await done;
    expect(terminal.stderr.text).toBe('');
  });

  test('on a terminal a line moves with the state, and is gone at the end', async () => {
    const { client, terminal, finish } = slow();
    terminal.stderr.isTTY = true;
    terminal.stderr.columns = 120;
    const done = runCli(['suspend', 'web'], terminal);
    // Waiting moves the clock on, here and below.
    await vi.waitFor(() => expect(terminal.stderr.text).toContain('100 MiB of 400 MiB'), 10_000);
    expect(terminal.stderr.text).toContain('suspending “web”');
    const progress = progressAt(300 * mebibyte);
    client.emit('state', appState([machineView({ status: 'suspending', progress })], 2));
    await vi.waitFor(() => expect(terminal.stderr.text).toContain('300 MiB of 400 MiB'), 10_000);
    finish();
    await done;
    // The cursor is back, below it everything is cleared, and no timer is left.
    expect(terminal.stderr.text).toContain('\u001b[?25h');
    expect(terminal.stderr.text.endsWith('\u001b[0J')).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('Ctrl-C', () => {
  test('cancels in the agent, and the command fails as the work does', async () => {
    const { terminal, asked, fail } = slow();
    const done = runCli(['suspend', 'web', '--json'], terminal);
    await vi.waitFor(() => expect(asked()).toContain('machine.suspend'));
    expect(terminal.interrupt()).toBe(true);
    await terminal.stderr.shows('Cancelling.');
    expect(asked()).toContain('machine.cancel');
    fail(new TorporError('CANCELLED', 'Suspending “web” was cancelled; it runs on.'));
    expect(await done).toBe(1);
    expect(terminal.json()).toMatchObject({ error: { code: 'CANCELLED' } });
    expect(terminal.interrupt()).toBe(false);
  });

  test('a second one leaves the work to the agent', async () => {
    const { terminal, asked } = slow();
    const done = runCli(['suspend', 'web'], terminal);
    await vi.waitFor(() => expect(asked()).toContain('machine.suspend'));
    terminal.interrupt();
    terminal.interrupt();
    expect(await done).toBe(1);
    expect(terminal.stderr.text).toContain('The agent goes on with it');
  });

  test('says so when the work cannot be cancelled, and touches no other machine', async () => {
    const { terminal, asked, finish } = slow({ id: 'other', name: 'other', path: '/other' });
    const done = runCli(['suspend', 'web'], terminal);
    await vi.waitFor(() => expect(asked()).toContain('machine.suspend'));
    terminal.interrupt();
    await terminal.stderr.shows('cannot be cancelled');
    expect(asked()).not.toContain('machine.cancel');
    finish();
    expect(await done).toBe(0);
  });

  test('cancels also what is still being made', async () => {
    const { promise, reject } = Promise.withResolvers<MachineView>();
    const making: CreationView = {
      ...{ id: 'x', name: 'web', step: 'copying', stepStartedAt: 0, fraction: 0.5 },
      cancellable: true,
    };
    const client = fakeClient({
      'machine.create': () => promise,
      'state.get': () => ({ ...appState(), creations: [making] }),
      'machine.cancel': () => ({ cancelled: true }),
    });
    const terminal = fakeTerminal({ client });
    const done = runCli(['create', 'web'], terminal);
    await vi.waitFor(() => expect(client.calls).toHaveLength(1));
    terminal.interrupt();
    await terminal.stderr.shows('Cancelling.');
    expect(client.calls.at(-1)).toMatchObject({
      method: 'machine.cancel',
      params: { machine: 'x' },
    });
    reject(new TorporError('CANCELLED', 'It was not made.'));
    expect(await done).toBe(1);
  });
});
