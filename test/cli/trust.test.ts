import { expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { type Answers, fakeClient, machineView } from '../support/fake-client.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

const lines = ['disk /srv/\u001b[2Jdata.raw', 'ISO image /srv/b.iso'];

async function run(argv: readonly string[], missing = lines, typed?: string) {
  const answers: Answers = {
    'machine.outside': () => ({ all: lines, missing }),
    'machine.trust': () => machineView({ name: 'web' }),
  };
  const client = fakeClient(answers);
  const terminal = fakeTerminal({ client });
  if (typed !== undefined) {
    terminal.stdin.isTTY = true;
    terminal.stdin.push(typed);
  }
  const code = await runCli(argv, terminal);
  return { code, terminal, calls: client.calls };
}

test('exactly what was shown is agreed to, and it is shown without what steers a terminal', async () => {
  const { calls, terminal, code } = await run(['trust', 'web'], lines, 'y\n');
  expect(terminal.stderr.text).toContain('  disk /srv/data.raw\n  ISO image /srv/b.iso\n');
  expect(calls.at(-1)).toEqual({
    method: 'machine.trust',
    params: { machine: 'web', outside: lines },
  });
  expect(code).toBe(0);
});

test('a no, and no answer, agree to nothing', async () => {
  for (const typed of ['n\n', '\n']) {
    const { calls, code } = await run(['trust', 'web'], lines, typed);
    expect(calls.map(({ method }) => method)).toEqual(['machine.outside']);
    expect(code).toBe(1);
  }
});

test('without a terminal it needs --yes', async () => {
  expect((await run(['trust', 'web'])).code).toBe(2);
  const { terminal } = await run(['trust', 'web', '--yes', '--json']);
  expect(terminal.json()).toEqual({ name: 'web', outside: lines, agreed: lines });
});
