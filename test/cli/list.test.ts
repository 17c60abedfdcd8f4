import { expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import type { MachineDetail, MachineView } from '../../src/contract/app-state.ts';
import { appState, fakeClient, machineView } from '../support/fake-client.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

const now = Date.UTC(2026, 0, 2, 12);
const hour = 3_600_000;

const machines: readonly MachineView[] = [
  machineView({
    status: 'suspended',
    savedState: {
      createdAt: new Date(now - 2 * hour).toISOString(),
      bytes: 412 * 2 ** 20,
      reason: 'quit',
      mode: 'instant',
      wasPaused: false,
    },
    lastUsed: now - 2 * hour,
  }),
  machineView({ name: '東京', status: 'running', lastUsed: now }),
  machineView({
    name: 'saving',
    status: 'suspending',
    progress: {
      status: 'suspending',
      startedAt: now - 500,
      amount: { done: 1, total: 4 },
      cancellable: true,
    },
    lastUsed: now - hour,
  }),
  machineView({
    id: '',
    name: 'old\u001b[2J',
    status: 'broken',
    driver: null,
    memoryMiB: null,
    cpus: null,
    problem: {
      code: 'CONFIG_INVALID',
      message: 'machine.json is not valid at hardware.cpus.',
      hint: 'Put it right or delete the machine.',
    },
  }),
];

async function list(all: readonly MachineView[], ...options: string[]) {
  const terminal = fakeTerminal({ client: fakeClient({ 'state.get': () => appState(all) }), now });
  const code = await runCli(['list', ...options], terminal);
  return { code, terminal };
}

test('JSON has the shape that is promised', async () => {
  const { code, terminal } = await list(machines, '--json');
  expect(code).toBe(0);
  expect(terminal.json()).toMatchObject([
    {
      id: machines[0]?.id,
      name: 'web',
      status: 'suspended',
      driver: 'qemu',
      memoryMiB: 2048,
      cpus: 2,
      problem: null,
      path: '/library/web.torpor',
      lastUsed: '2026-01-02T10:00:00.000Z',
      progress: null,
    },
    { name: '東京', savedState: null },
    { name: 'saving', progress: { amount: { done: 1, total: 4 } } },
    {
      id: '',
      status: 'broken',
      driver: null,
      memoryMiB: null,
      cpus: null,
      lastUsed: null,
      problem: {
        code: 'CONFIG_INVALID',
        message: 'machine.json is not valid at hardware.cpus.',
        hint: 'Put it right or delete the machine.',
      },
    },
  ]);
  const [first] = terminal.json() as { savedState: unknown }[];
  expect(first?.savedState).toEqual({
    createdAt: '2026-01-02T10:00:00.000Z',
    bytes: 412 * 2 ** 20,
    reason: 'quit',
    mode: 'instant',
    form: 'plain',
  });
});

test('a person sees a table with straight columns, and the problems below it', async () => {
  const { terminal } = await list(machines);
  expect(terminal.stdout.text).toBe(
    [
      'NAME     STATUS            DRIVER   MEMORY   CPUS   SAVED STATE   LAST USED',
      'web      suspended         qemu     2 GiB    2      412 MiB       2 hours ago',
      '東京     running           qemu     2 GiB    2                    now',
      'saving   suspending 25 %   qemu     2 GiB    2                    1 hour ago',
      'old      broken                                                   never',
      '',
      'old: machine.json is not valid at hardware.cpus.',
      '  Put it right or delete the machine.',
      '',
    ].join('\n'),
  );
});

test('a problem without a hint has null in its place', async () => {
  const problem = { code: 'GUEST_ENDED', message: 'It has ended.' } as const;
  const [listed] = (await list([machineView({ problem })], '--json')).terminal.json() as [
    { problem: unknown },
  ];
  expect(listed.problem).toEqual({ ...problem, hint: null });
});

test('an empty library says how to fill it; in JSON it is an empty array', async () => {
  expect((await list([])).terminal.stdout.text).toContain('torpor create');
  expect((await list([], '--json')).terminal.json()).toEqual([]);
});

test('colours are for terminals that want them', async () => {
  const colored = async (env: Record<string, string>, ...argv: string[]) => {
    const client = fakeClient({ 'state.get': () => appState(machines) });
    const terminal = fakeTerminal({ client, now, env });
    terminal.stdout.isTTY = true;
    await runCli(argv, terminal);
    return terminal.stdout.text.includes('\u001b[');
  };
  expect(await colored({}, 'list')).toBe(true);
  expect(await colored({}, 'list', '--no-color')).toBe(false);
  expect(await colored({ NO_COLOR: '1' }, 'list')).toBe(false);
  expect(await colored({ NO_COLOR: '' }, 'list')).toBe(true);
  expect((await list(machines)).terminal.stdout.text).not.toContain('\u001b[');
});

test('list tells that the volume of the machines is getting full', async () => {
  const state = appState([machineView()]);
  const problem = {
    code: 'SPACE_LOW',
    message: 'Only 80 MiB are free.',
    hint: 'Free some.',
  } as const;
  const library = { ...state.library, problem };
  const terminal = fakeTerminal({
    client: fakeClient({ 'state.get': () => ({ ...state, library }) }),
  });
  expect(await runCli(['list'], terminal)).toBe(0);
  expect(terminal.stdout.text).toMatch(/Only 80 MiB are free\.\n {2}Free some\.\n$/);
});

test('show tells everything, and passes nothing on that steers a terminal', async () => {
  const detail: MachineDetail = {
    ...machineView({ status: 'running', lastUsed: now }),
    config: null,
    choices: [],
    missing: [
      {
        capability: 'save',
        reason: { code: 'CAPABILITY_MISSING', message: 'A folder is shared.', hint: 'Unshare it.' },
      },
    ],
    setAside: [
      {
        at: new Date(now - hour).toISOString(),
        reason: 'It was started cold.',
        path: '/s/1',
        bytes: 3 * 2 ** 20,
      },
    ],
    consoleTail: 'boot\u001b]0;title\u0007ed\n\u001b[2Jlogin: ',
  };
  const client = fakeClient({ 'machine.show': () => detail });
  const terminal = fakeTerminal({ client, now });
  expect(await runCli(['show', 'web'], terminal)).toBe(0);
  expect(terminal.stdout.text).toContain(
    'It cannot be suspended: A folder is shared.\n  Unshare it.',
  );
  expect(terminal.stdout.text).toContain(
    'A saved state (3 MiB) was set aside 1 hour ago: It was started cold.\n  /s/1',
  );
  expect(terminal.stdout.text).toContain('booted\nlogin:');
  expect(terminal.stdout.text).not.toContain('\u001b');

  const json = fakeTerminal({ client, now });
  await runCli(['show', 'web', '--json'], json);
  expect(json.json()).toMatchObject({ name: 'web', missing: detail.missing, config: null });
});
