import { describe, expect, test } from 'vitest';
import { changeLines } from '../../src/cli/format/changes.ts';
import { runCli } from '../../src/cli/run.ts';
import { appState, fakeClient, machineView } from '../support/fake-client.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

function watched() {
  const client = fakeClient({
    'events.subscribe': () => ({}),
    'state.get': () => appState([machineView()], 1),
  });
  return { client, terminal: fakeTerminal({ client }) };
}

const notice = {
  machine: 'web',
  problem: { code: 'GUEST_ENDED', message: 'The guest of “web” has ended.', hint: 'See its log.' },
} as const;

test('--json prints one object a line: first what is there, then what happens', async () => {
  const { client, terminal } = watched();
  const done = runCli(['watch', '--json'], terminal);
  await terminal.stdout.shows('\n');
  client.emit('state', appState([machineView({ status: 'running' })], 2));
  client.emit('notice', notice);
  terminal.interrupt();
  expect(await done).toBe(0);
  const lines = terminal.stdout.text.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      event: 'state',
      machines: [expect.objectContaining({ name: 'web', status: 'stopped' })],
    }),
    expect.objectContaining({
      event: 'state',
      machines: [expect.objectContaining({ name: 'web', status: 'running' })],
    }),
    { event: 'notice', ...notice },
  ]);
});

test('a state that is older than the one before is not told', async () => {
  const { client, terminal } = watched();
  const done = runCli(['watch', '--json'], terminal);
  await terminal.stdout.shows('\n');
  client.emit('state', appState([machineView({ status: 'running' })], 3));
  client.emit('state', appState([machineView({ status: 'starting' })], 2));
  terminal.interrupt();
  await done;
  expect(terminal.stdout.text).not.toContain('starting');
});

test('a person reads lines, until the agent ends', async () => {
  const { client, terminal } = watched();
  const done = runCli(['watch'], terminal);
  await terminal.stdout.shows('web: stopped\n');
  client.emit('state', appState([machineView({ status: 'running' })], 2));
  client.emit('notice', notice);
  client.end();
  expect(await done).toBe(0);
  expect(terminal.stdout.text).toMatch(/\d\d:\d\d:\d\d {2}web: stopped → running\n/);
  expect(terminal.stdout.text).toContain('web: The guest of “web” has ended.\n');
});

describe('what is news', () => {
  const before = appState([machineView({ id: '1' }), machineView({ id: '2', name: 'db' })]);
  const told = (after: typeof before) =>
    changeLines(before, after, 0).map((line) => line.slice(10));

  test('a new machine, one that is gone, another name', () => {
    const after = appState([
      machineView({ id: '1', name: 'site' }),
      machineView({ id: '3', name: 'x' }),
    ]);
    expect(told(after)).toEqual(['web: is now called “site”', 'x: new, stopped', 'db: gone']);
  });

  test('the agent begins to end', () => {
    expect(told({ ...before, agent: { ...before.agent, phase: 'ending' } })).toEqual([
      'agent: ending',
    ]);
  });

  test('not the bytes of an operation', () => {
    const progress = {
      status: 'suspending',
      startedAt: 0,
      amount: { done: 1, total: 2 },
      cancellable: true,
    } as const;
    const early = appState([machineView({ status: 'suspending', progress })]);
    const amount = { done: 2, total: 2 };
    const later = appState([
      machineView({ status: 'suspending', progress: { ...progress, amount } }),
    ]);
    expect(changeLines(early, later, 0)).toEqual([]);
  });
});
