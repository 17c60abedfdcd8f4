import { describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import type { MachineDetail } from '../../src/contract/app-state.ts';
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
  ])('%j', async (options, changes) => {
    const { calls, code } = await run(['set', 'web', ...options], answers);
    expect(calls).toEqual([{ method: 'machine.set', params: { machine: 'web', changes } }]);
    expect(code).toBe(0);
  });
});

describe('delete', () => {
  const detail: MachineDetail = {
    ...machineView(),
    config: null,
    missing: [],
    setAside: [],
    consoleTail: '',
  };
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
