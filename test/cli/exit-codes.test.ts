import { describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { type ErrorCode, TorporError } from '../../src/core/errors.ts';
import { fakeClient } from '../support/fake-client.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

/** A command that fails with `error`. */
async function failing(error: unknown, ...options: string[]) {
  const client = fakeClient({
    'machine.resume': () => {
      throw error;
    },
  });
  const terminal = fakeTerminal({ client });
  return { code: await runCli(['resume', 'web', ...options], terminal), terminal };
}

test.each([
  [1, 'RESUME_FAILED'],
  [2, 'BAD_REQUEST'],
  [3, 'NO_SUCH_MACHINE'],
  [4, 'WRONG_STATUS'],
  [5, 'STATE_DOES_NOT_FIT'],
  [6, 'BUSY'],
  [7, 'HYPERVISOR_UNAVAILABLE'],
  [8, 'NO_SPACE'],
] as const satisfies [number, ErrorCode][])('exit code %i for %s', async (expected, errorCode) => {
  const error = new TorporError(errorCode, 'It did not work.', { hint: 'Try it differently.' });
  const { code, terminal } = await failing(error);
  expect(code).toBe(expected);
  expect(terminal.stdout.text).toBe('');
  expect(terminal.stderr.text).toBe('torpor: It did not work.\n  Try it differently.\n');

  const inJson = await failing(error, '--json');
  expect(inJson.code).toBe(expected);
  expect(inJson.terminal.json()).toEqual({
    error: { code: errorCode, message: 'It did not work.', hint: 'Try it differently.' },
  });
  expect(inJson.terminal.stderr.text).toBe('');
});

test('exit code 0 when it is done', async () => {
  const terminal = fakeTerminal();
  expect(await runCli(['version'], terminal)).toBe(0);
  expect(terminal.stdout.text).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('an error without a hint has null in JSON, and one line in words', async () => {
  const { terminal } = await failing(new TorporError('TIMED_OUT', 'Too slow.'), '--json');
  expect(terminal.json()).toEqual({
    error: { code: 'TIMED_OUT', message: 'Too slow.', hint: null },
  });
  expect((await failing(new TorporError('TIMED_OUT', 'Too slow.'))).terminal.stderr.text).toBe(
    'torpor: Too slow.\n',
  );
});

test('the exact differences of a refused state are in the JSON', async () => {
  const details = { differences: [{ what: 'memory', saved: '2 GiB', now: '4 GiB' }] };
  const error = new TorporError('STATE_DOES_NOT_FIT', 'It does not fit.', { details });
  expect((await failing(error, '--json')).terminal.json()).toMatchObject({ error: { details } });
});

test('what is no error of ours is a fault of Torpor, and exits with 1', async () => {
  const { code, terminal } = await failing(new TypeError('x is undefined'), '--json');
  expect(code).toBe(1);
  expect(terminal.json()).toMatchObject({ error: { code: 'INTERNAL' } });
});

test('an agent that cannot be reached is told like every failure', async () => {
  const terminal = fakeTerminal({
    agent: {
      connectOrLaunch: () =>
        Promise.reject(new TorporError('AGENT_UNREACHABLE', 'The agent did not start.')),
    },
  });
  expect(await runCli(['list', '--json'], terminal)).toBe(1);
  expect(terminal.json()).toMatchObject({ error: { code: 'AGENT_UNREACHABLE' } });
});

describe('control characters in what others named', () => {
  test('do not reach the terminal', async () => {
    const { terminal } = await failing(
      new TorporError('MACHINE_BROKEN', '“a\u001b[31mb\u0007” is broken.'),
    );
    expect(terminal.stderr.text).toBe('torpor: “ab” is broken.\n');
  });
});
