import { describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { TorporError } from '../../src/core/errors.ts';
import { type Answers, fakeClient } from '../support/fake-client.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

/** Runs one command line against an agent that answers so. */
async function run(argv: readonly string[], answers: Answers) {
  const client = fakeClient(answers);
  const terminal = fakeTerminal({ client });
  const code = await runCli(argv, terminal);
  return { code, terminal, calls: client.calls };
}

const suspended: Answers = {
  'machine.suspend': ({ machine }) => ({
    name: machine,
    status: 'suspended',
    seconds: 0.25,
    bytes: 3 * 2 ** 20,
  }),
};

const noSuchMachine = new TorporError('NO_SUCH_MACHINE', 'There is no machine “b”.', {
  hint: '“torpor list” shows the machines of this library.',
});

describe('what each verb asks of the agent', () => {
  const outcome = { name: 'web', status: 'running', seconds: 1 } as const;
  test.each([
    { argv: ['start', 'web'], method: 'machine.start', params: { machine: 'web', cold: false } },
    {
      argv: ['start', 'web', '--cold'],
      method: 'machine.start',
      params: { machine: 'web', cold: true },
    },
    { argv: ['pause', 'web'], method: 'machine.pause', params: { machine: 'web' } },
    { argv: ['resume', 'web'], method: 'machine.resume', params: { machine: 'web' } },
    {
      argv: ['suspend', 'web'],
      method: 'machine.suspend',
      params: { machine: 'web', reason: 'user' },
    },
    { argv: ['stop', 'web'], method: 'machine.stop', params: { machine: 'web', force: false } },
    {
      argv: ['stop', '--force', 'web'],
      method: 'machine.stop',
      params: { machine: 'web', force: true },
    },
  ] as const)('$argv', async ({ argv, method, params }) => {
    const { code, calls } = await run(argv, { [method]: () => outcome });
    expect(calls).toEqual([{ method, params }]);
    expect(code).toBe(0);
  });

  test('a bundle by a relative path is named absolutely', async () => {
    const { calls } = await run(['pause', './web.torpor', '/abs/db.torpor'], {
      'machine.pause': () => outcome,
    });
    expect(calls.map(({ params }) => params)).toEqual([
      { machine: '/work/web.torpor' },
      { machine: '/abs/db.torpor' },
    ]);
  });
});

describe('what is printed', () => {
  test('an object for one machine, with --json', async () => {
    const { code, terminal } = await run(['suspend', 'web', '--json'], suspended);
    expect(terminal.json()).toEqual({
      name: 'web',
      status: 'suspended',
      seconds: 0.25,
      bytes: 3 * 2 ** 20,
    });
    expect(code).toBe(0);
  });

  test('an array for several machines, in the order of their names on the line', async () => {
    const { promise: second, resolve } = Promise.withResolvers<void>();
    const answers: Answers = {
      'machine.resume': async ({ machine }) => {
        // The first one waits for the second: they have to be under way together.
        if (machine === 'a') await second;
        else resolve();
        return { name: machine, status: 'running', seconds: 1 };
      },
    };
    const { terminal } = await run(['resume', 'a', 'b', '--json'], answers);
    expect(terminal.json()).toEqual([
      { name: 'a', status: 'running', seconds: 1 },
      { name: 'b', status: 'running', seconds: 1 },
    ]);
  });

  test('an array for --all, also when only one machine ran', async () => {
    const { terminal, calls } = await run(['suspend', '--all', '--json'], {
      'machine.suspendAll': () => [{ name: 'a', status: 'suspended', seconds: 1, bytes: 5 }],
    });
    expect(calls).toEqual([{ method: 'machine.suspendAll', params: { reason: 'user' } }]);
    expect(terminal.json()).toEqual([{ name: 'a', status: 'suspended', seconds: 1, bytes: 5 }]);
  });

  test('a sentence for a person, and nothing with --quiet', async () => {
    const loud = await run(['suspend', 'web'], suspended);
    expect(loud.terminal.stdout.text).toBe('“web” is suspended (0.25 s, 3 MiB).\n');
    expect(loud.terminal.stderr.text).toBe('');
    const quiet = await run(['suspend', 'web', '--quiet'], suspended);
    expect(quiet.terminal.stdout.text).toBe('');
  });

  test('a machine that is named twice is done once', async () => {
    const { calls, terminal } = await run(['suspend', 'web', 'web', '--json'], suspended);
    expect(calls).toHaveLength(1);
    expect(terminal.json()).toMatchObject({ name: 'web' });
  });
});

describe('when some of several machines fail', () => {
  const answers: Answers = {
    'machine.stop': ({ machine }) => {
      if (machine === 'b') throw noSuchMachine;
      if (machine === 'c') throw new TorporError('BUSY', '“c” is busy.');
      return { name: machine, status: 'stopped', seconds: 1 };
    },
  };

  test('the first of them decides the exit code, and the others are done', async () => {
    const { code, terminal } = await run(['stop', 'a', 'b', 'c'], answers);
    expect(code).toBe(3);
    expect(terminal.stdout.text).toBe('“a” is stopped (1 s).\n');
    expect(terminal.stderr.text).toBe(
      'torpor: There is no machine “b”.\n  “torpor list” shows the machines of this library.\ntorpor: “c” is busy.\n',
    );
    expect((await run(['stop', 'c', 'b'], answers)).code).toBe(6);
  });

  test('--json prints one error, which tells of every machine', async () => {
    const { terminal } = await run(['stop', 'a', 'b', 'c', '--json'], answers);
    expect(terminal.json()).toEqual({
      error: {
        code: 'NO_SUCH_MACHINE',
        message: 'There is no machine “b”.',
        hint: '“torpor list” shows the machines of this library.',
        details: {
          machines: [
            { name: 'a', status: 'stopped', seconds: 1 },
            { name: 'b', problem: expect.objectContaining({ code: 'NO_SUCH_MACHINE' }) },
            { name: 'c', problem: { code: 'BUSY', message: '“c” is busy.', hint: null } },
          ],
        },
      },
    });
    expect(terminal.stderr.text).toBe('');
  });

  test('so it is with the reports of suspend --all', async () => {
    const { code, terminal } = await run(['suspend', '--all'], {
      'machine.suspendAll': () => [
        { name: 'a', status: 'suspended', seconds: 1, bytes: 2 ** 20 },
        {
          name: 'b',
          status: 'running',
          seconds: 1,
          problem: { code: 'NO_SPACE', message: 'The volume is full.' },
        },
      ],
    });
    expect(code).toBe(8);
    expect(terminal.stdout.text).toBe('“a” is suspended (1 s, 1 MiB).\n');
    expect(terminal.stderr.text).toBe('torpor: The volume is full.\n');
  });
});
