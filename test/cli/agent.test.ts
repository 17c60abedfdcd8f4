import { describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import type { AgentAccess } from '../../src/cli/terminal.ts';
import { appState, fakeClient, machineView } from '../support/fake-client.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

describe('agent status', () => {
  test('tells of the one that runs', async () => {
    const client = fakeClient({
      'state.get': () => appState([machineView({ status: 'running' }), machineView()]),
    });
    const terminal = fakeTerminal({ client });
    expect(await runCli(['agent', 'status', '--json'], terminal)).toBe(0);
    expect(terminal.json()).toEqual({
      running: true,
      library: '/library',
      version: '0.1.0',
      pid: 4321,
      startedAt: '2026-01-02T03:04:05.000Z',
      phase: 'ready',
      machines: 2,
    });
  });

  test('starts none where none runs', async () => {
    const terminal = fakeTerminal();
    expect(await runCli(['agent', 'status'], terminal)).toBe(0);
    expect(terminal.stdout.text).toBe('No agent runs for this library.\n');
    const json = fakeTerminal();
    await runCli(['agent', 'status', '--json', '--library', 'other'], json);
    expect(json.json()).toEqual({ running: false, library: '/work/other' });
  });
});

describe('agent stop', () => {
  test('prints what became of each machine', async () => {
    const report = { name: 'web', status: 'suspended', seconds: 0.5, bytes: 2 ** 20 } as const;
    const client = fakeClient({ 'agent.stop': () => [report] });
    const terminal = fakeTerminal({ client });
    expect(await runCli(['agent', 'stop', '--json'], terminal)).toBe(0);
    expect(client.calls).toEqual([{ method: 'agent.stop', params: { reason: 'quit' } }]);
    expect(terminal.json()).toEqual([report]);
  });

  test('has nothing to do where none runs', async () => {
    const terminal = fakeTerminal();
    expect(await runCli(['agent', 'stop', '--json'], terminal)).toBe(0);
    expect(terminal.json()).toEqual([]);
  });
});

describe('agent run', () => {
  const ready = { pid: 1, socket: '/run/torpor/x/control.sock', library: '/library' };
  const running = (run: AgentAccess['run']) => fakeTerminal({ agent: { run } });

  test('says with --json on one line where it listens', async () => {
    const terminal = running(async (_library, { announce }) => {
      announce({ ready });
      return 0;
    });
    expect(await runCli(['agent', 'run', '--json'], terminal)).toBe(0);
    expect(terminal.stdout.text).toBe(`${JSON.stringify({ ready })}\n`);
  });

  test('tells a person on standard error, and what is saved at the end', async () => {
    const terminal = running(async (_library, { announce, tell }) => {
      announce({ ready });
      tell('“web” is suspended (0.1 s).');
      return 0;
    });
    await runCli(['agent', 'run'], terminal);
    expect(terminal.stdout.text).toBe('');
    expect(terminal.stderr.text).toContain('/library listens at /run/torpor/x/control.sock');
    expect(terminal.stderr.text).toContain('“web” is suspended');
  });

  test('takes what holds for all machines, and refuses what nobody can mean', async () => {
    const asked: unknown[] = [];
    const run: AgentAccess['run'] = async (_library, _voice, wishes) => {
      asked.push(wishes);
      return 0;
    };
    const words = ['--idle', '30', '--compact-after', '7', '--clean-after', '90', '--digests'];
    await runCli(
      ['agent', 'run', ...words, '--at-a-time', '3', '--settings', 's.json'],
      running(run),
    );
    await runCli(['agent', 'run'], running(run));
    expect(asked).toEqual([
      {
        file: '/work/s.json',
        settings: {
          idleMinutes: 30,
          compactAfterDays: 7,
          setAsideDays: 90,
          makeDigests: true,
          concurrency: 3,
        },
      },
      { file: undefined, settings: {} },
    ]);
    const wrong = running(run);
    expect(await runCli(['agent', 'run', '--idle', '1441'], wrong)).toBe(2);
    expect(wrong.stderr.text).toContain('from 1 to 1440');
  });

  test('says once why it cannot run, and exits as it says', async () => {
    const error = { code: 'LIBRARY_IN_USE', message: 'Another agent owns it.' } as const;
    const run: AgentAccess['run'] = async (_library, { announce }) => {
      announce({ error });
      return 6;
    };
    const json = running(run);
    expect(await runCli(['agent', 'run', '--json'], json)).toBe(6);
    expect(json.stdout.text).toBe(`${JSON.stringify({ error })}\n`);
    const words = running(run);
    expect(await runCli(['agent', 'run'], words)).toBe(6);
    expect(words.stderr.text).toBe('torpor: Another agent owns it.\n');
  });
});

test('TORPOR_LIBRARY is the agent’s to read; --library is made absolute', async () => {
  const asked: string[] = [];
  const agent: Partial<AgentAccess> = {
    async connectIfRunning(library) {
      asked.push(library);
      return undefined;
    },
  };
  await runCli(['agent', 'status'], fakeTerminal({ agent }));
  await runCli(['--library', 'mine', 'agent', 'status'], fakeTerminal({ agent }));
  await runCli(['agent', 'status', '--library', '/theirs'], fakeTerminal({ agent }));
  expect(asked).toEqual(['/library', '/work/mine', '/theirs']);
});
