import { describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import type { MachineConfig, MachineDetail } from '../../src/contract/app-state.ts';
import { defaultPolicy } from '../../src/core/config.ts';
import { TorporError } from '../../src/core/errors.ts';
import { type Answers, fakeClient, machineView } from '../support/fake-client.ts';
import { type FakeTerminal, fakeTerminal } from '../support/fake-terminal.ts';

async function run(argv: readonly string[], answers: Answers, prepare?: (t: FakeTerminal) => void) {
  const client = fakeClient(answers);
  const terminal = fakeTerminal({ client });
  prepare?.(terminal);
  const code = await runCli(argv, terminal);
  return { code, terminal, calls: client.calls };
}

test('rename, clone and discard-state print the machine as list does', async () => {
  const answers: Answers = {
    'machine.rename': ({ name }) => machineView({ name }),
    'machine.clone': ({ name }) => machineView({ name }),
    'machine.discardState': ({ machine }) => machineView({ name: machine }),
  };
  const renamed = await run(['rename', 'web', 'site', '--json'], answers);
  expect(renamed.calls[0]?.params).toEqual({ machine: 'web', name: 'site' });
  expect(renamed.terminal.json()).toMatchObject({ name: 'site', status: 'stopped' });
  const cloned = await run(['clone', 'web', 'two'], answers);
  expect(cloned.terminal.stdout.text).toBe('“two” is a copy of “web”.\n');
  const discarded = await run(['discard-state', 'web', '--json'], answers);
  expect(discarded.terminal.json()).toMatchObject({ name: 'web', savedState: null });
});

describe('set', () => {
  const answers: Answers = { 'machine.set': () => machineView() };

  test.each([
    [['--memory', '4G'], { memoryMiB: 4096 }],
    [['--cpus', '2', '--display', 'vnc'], { cpus: 2, display: 'vnc' }],
    [['--iso', 'a.iso'], { iso: '/work/a.iso' }],
    [['--no-iso'], { iso: null }],
    [
      ['--on-quit', 'stop', '--on-launch', 'ask', '--mode', 'instant', '--stop-deadline', '90'],
      {
        policy: { onQuit: 'stop', onLaunch: 'ask', stateMode: 'instant', stopDeadlineSeconds: 90 },
      },
    ],
    [['--encrypt-states', 'on'], { policy: { encryptStates: true } }],
    [['--encrypt-states', 'off'], { policy: { encryptStates: false } }],
    [['--memory-target', '1G'], { policy: { memoryTargetMiB: 1024 } }],
    [['--memory-target', 'all'], { policy: { memoryTargetMiB: null } }],
    [['--resize', 'follow'], { policy: { window: { resize: 'follow' } } }],
    [
      ['--on-close', 'ask', '--system-keys', 'on'],
      { policy: { window: { onClose: 'ask', capturesSystemKeys: true } } },
    ],
    [
      ['--profile', 'suspendable', '--audio', 'none', '--clipboard', 'on', '--rosetta', 'off'],
      { vz: { profile: 'suspendable', audio: 'none', clipboard: true, rosetta: false } },
    ],
    [
      ['--resolution', '3840x2160@220'],
      { vz: { display: { width: 3840, height: 2160, pixelsPerInch: 220 } } },
    ],
  ])('%j', async (options, changes) => {
    const { calls, code } = await run(['set', 'web', ...options], answers);
    expect(calls).toEqual([{ method: 'machine.set', params: { machine: 'web', changes } }]);
    expect(code).toBe(0);
  });

  test.each([
    ['--resolution', '1920'],
    ['--share', 'docs'],
    ['--share', '=/docs'],
    ['--network-disk', 'data='],
    ['--memory-target', 'none'],
  ])('%s %s is refused', async (...options) => {
    const { calls, code } = await run(['set', 'web', ...options], answers);
    expect(calls).toEqual([]);
    expect(code).toBe(2);
  });

  test('sends shared folders and network disks whole, with those that were there', async () => {
    const there: Answers = {
      ...answers,
      'machine.show': () => ({ ...detail, config: onApple }),
    };
    const { calls } = await run(
      [
        ...['set', 'web', '--share', 'docs=d,ro', '--share', 'a=/a', '--unshare', 'old'],
        ...['--network-disk', 'data=nbd://host/new', '--remove-network-disk', 'gone'],
      ],
      there,
    );
    expect(calls.at(-1)).toEqual({
      method: 'machine.set',
      params: {
        machine: 'web',
        changes: {
          vz: {
            sharedFolders: [
              { name: 'kept', path: '/kept', readOnly: false },
              { name: 'docs', path: '/work/d', readOnly: true },
              { name: 'a', path: '/a', readOnly: false },
            ],
            networkDisks: [
              { id: 'data', url: 'nbd://host/new', readOnly: false, timeoutSeconds: 30 },
            ],
          },
        },
      },
    });
  });
});

const detail: MachineDetail = {
  ...machineView(),
  config: null,
  choices: [],
  missing: [],
  setAside: [],
  consoleTail: '',
};

const folder = (name: string) => ({ name, path: `/${name}`, readOnly: false });
const networkDisk = (id: string) => ({
  ...{ id, url: `nbd://host/${id}` },
  ...{ readOnly: true, timeoutSeconds: 5 },
});
const onApple: MachineConfig = {
  formatVersion: 1,
  id: '6f1c1f0a-0d5b-4c3a-9a3e-3d5f8f1f2a11',
  name: 'web',
  createdAt: '2026-01-01T00:00:00.000Z',
  driver: 'vz',
  hardware: {
    ...{ architecture: 'aarch64', machineType: 'vz-generic-1', cpuModel: 'host', cpus: 2 },
    ...{ memoryMiB: 2048, boot: { kind: 'uefi' }, disks: [], iso: null, network: null },
    display: 'window',
    vz: {
      ...{ profile: 'full', guest: { kind: 'generic', machineIdentifier: 'AAAA' } },
      ...{ display: null, audio: 'none', clipboard: false, rosetta: false },
      sharedFolders: [folder('old'), folder('kept'), folder('docs')],
      networkDisks: [networkDisk('data'), networkDisk('gone')],
    },
  },
  policy: defaultPolicy,
};

describe('delete', () => {
  const answers: Answers = { 'machine.show': () => detail, 'machine.delete': () => ({}) };
  const asking = (typed: string) => (terminal: FakeTerminal) => {
    terminal.stdin.isTTY = true;
    terminal.stdin.end(typed);
  };
  const deletions = (calls: readonly { method: string; params: unknown }[]) =>
    calls.filter(({ method }) => method === 'machine.delete').map(({ params }) => params);

  test('--yes asks nothing', async () => {
    const { code, calls, terminal } = await run(['delete', '6f1c', '-y', '--json'], answers);
    expect(code).toBe(0);
    expect(deletions(calls)).toEqual([{ machine: detail.path, permanently: false }]);
    expect(terminal.json()).toEqual({ name: 'web', deleted: 'toTrash' });
  });

  test.each(['y\n', 'YES\n'])('%j at the question is a yes', async (typed) => {
    const { code, calls, terminal } = await run(
      ['delete', 'web', '--permanently'],
      answers,
      asking(typed),
    );
    expect(code).toBe(0);
    expect(deletions(calls)).toEqual([{ machine: detail.path, permanently: true }]);
    expect(terminal.stderr.text).toContain('for good? [y/N]');
    expect(terminal.stdout.text).toBe('“web” is deleted.\n');
  });

  test.each(['n\n', '\n', 'yes please\n', ''])('%j is a no', async (typed) => {
    const { code, calls } = await run(['delete', 'web'], answers, asking(typed));
    expect(code).toBe(1);
    expect(deletions(calls)).toEqual([]);
  });

  test('a machine that is not there is told before the question', async () => {
    const missing: Answers = {
      'machine.show': () => {
        throw new TorporError('NO_SUCH_MACHINE', 'There is no machine “web”.');
      },
    };
    const { code, terminal } = await run(['delete', 'web'], missing, asking(''));
    expect(code).toBe(3);
    expect(terminal.stderr.text).not.toContain('[y/N]');
  });
});

describe('clean', () => {
  const states = [2, 3].map((size) => ({
    path: `/s/${size}`,
    at: '2026-01-01T00:00:00.000Z',
    reason: 'It was started cold.',
    bytes: size * 2 ** 20,
  }));
  const answers: Answers = {
    'machine.show': () => ({
      ...machineView(),
      config: null,
      choices: [],
      missing: [],
      setAside: states,
      consoleTail: '',
    }),
    'machine.clean': () => ({ removed: states }),
  };

  test('asks with the sizes, and does nothing without a yes', async () => {
    const { code, terminal, calls } = await run(['clean', 'web'], answers, ({ stdin }) => {
      stdin.isTTY = true;
      stdin.end('n\n');
    });
    expect(terminal.stderr.text).toContain('Delete 2 states that were set aside of “web” (5 MiB)');
    expect(calls.map(({ method }) => method)).toEqual(['machine.show']);
    expect(code).toBe(1);
  });

  test('says what it deleted', async () => {
    const { terminal } = await run(['clean', 'web', '--yes'], answers);
    expect(terminal.stdout.text).toBe('2 states that were set aside of “web” deleted: 5 MiB.\n');
    const json = await run(['clean', 'web', '--yes', '--json'], answers);
    expect(json.terminal.json()).toEqual({ name: 'web', removed: 2, bytes: 5 * 2 ** 20 });
    const none = { ...answers, 'machine.clean': () => ({ removed: [] }) };
    expect((await run(['clean', 'web', '-y'], none)).terminal.stdout.text).toContain('Nothing was');
  });

  test('needs a yes where nobody can be asked', async () => {
    const { code, calls } = await run(['clean', 'web'], answers);
    expect([code, calls]).toEqual([2, []]);
  });
});

test('renew names a copy by its folder, or as it is told', async () => {
  const answers: Answers = { 'machine.renew': ({ name }) => machineView({ name: name ?? 'copy' }) };
  const renewed = await run(['renew', '/library/copy.torpor'], answers);
  expect(renewed.calls[0]?.params).toEqual({ machine: '/library/copy.torpor', name: null });
  expect(renewed.terminal.stdout.text).toContain('“copy” is a machine of its own now');
  const named = await run(['renew', '/library/copy.torpor', 'two', '--json'], answers);
  expect(named.terminal.json()).toMatchObject({ name: 'two' });
});
