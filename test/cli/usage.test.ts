import { describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { fakeClient } from '../support/fake-client.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

/** Runs a command line that must not reach the agent. */
async function refused(...argv: string[]) {
  const client = fakeClient();
  const terminal = fakeTerminal({ client });
  const code = await runCli(argv, terminal);
  expect(client.calls).toEqual([]);
  return { code, terminal, error: terminal.stderr.text };
}

describe('a mistake on the command line exits with 2', () => {
  test.each([
    [['lst'], 'Unknown command', 'Did you mean list?'],
    [['list', '--jsn'], 'Unknown option', 'Did you mean --json?'],
    [['list', 'web'], 'Too many arguments', ''],
    [['start'], 'Missing required argument', ''],
    [['--library'], 'argument missing', ''],
    [['create', 'web', '--memory', 'much'], 'Sizes look like 2G', ''],
    [['create', 'web', '--memory', '1.0001M'], 'whole number of MiB', ''],
    [['create', 'web', '--cpus', '0'], 'at least 1', ''],
    [['create', 'web', '--display', 'crt'], 'Allowed choices', ''],
    [['create', 'web', '--kernel', 'k', '--uefi'], 'cannot be used with', ''],
    [['create', 'web', '--initrd', 'i'], '--kernel', ''],
    [['suspend'], '--all', ''],
    [['suspend', 'web', '--all'], '--all', ''],
    [['set', 'web'], 'Nothing to change', ''],
    [['delete', 'web'], '--yes', ''],
    [['completion', 'tcsh'], 'Allowed choices', ''],
    [['agent', 'rnu'], 'Unknown command', 'Did you mean run?'],
  ])('%j', async (argv, message, hint) => {
    const { code, terminal, error } = await refused(...argv);
    expect(code).toBe(2);
    expect(error).toMatch(/^torpor: /);
    expect(error).toContain(message);
    expect(error).toContain(hint);
    expect(terminal.stdout.text).toBe('');
  });

  test.each([
    [['lst']],
    [['start']],
    [['--library']],
    [['create', 'x', '--memory', 'y']],
    [['agent']],
  ])('%j with --json prints one error and nothing else', async (argv) => {
    const { code, terminal } = await refused('--json', ...argv);
    expect(code).toBe(2);
    expect(terminal.json()).toEqual({
      error: { code: 'BAD_REQUEST', message: expect.any(String), hint: expect.any(String) },
    });
    expect(terminal.stderr.text).toBe('');
  });

  test('no verb at all: the help and a sentence', async () => {
    const { code, error } = await refused();
    expect(code).toBe(2);
    expect(error).toContain('Usage: torpor');
    expect(error).toContain('torpor: A verb is missing.');
  });

  test('--json after -- is an argument', async () => {
    const { terminal, error } = await refused('set', '--', '--json');
    expect(terminal.stdout.text).toBe('');
    expect(error).toContain('Nothing to change');
  });
});

describe('help', () => {
  test.each([[['--help']], [['-h']], [['help']]])('%j lists the verbs', async (argv) => {
    const { code, terminal } = await refused(...argv);
    expect(code).toBe(0);
    expect(terminal.stdout.text).toContain('suspend ');
    expect(terminal.stdout.text).not.toContain('__machines');
    expect(terminal.stderr.text).toBe('');
  });

  test.each([[['help', 'start']], [['start', '--help']]])('%j explains a verb', async (argv) => {
    const { code, terminal } = await refused(...argv);
    expect(code).toBe(0);
    expect(terminal.stdout.text).toContain('--cold');
  });

  test('help for a verb of an unknown name is a mistake', async () => {
    expect((await refused('help', 'strat')).error).toContain('Did you mean start?');
  });

  test('--version prints the version', async () => {
    const { code, terminal } = await refused('--version');
    expect(code).toBe(0);
    expect(terminal.stdout.text).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
