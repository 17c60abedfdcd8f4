import { expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import type { VerifyReport } from '../../src/contract/requests.ts';
import { fakeClient, machineView } from '../support/fake-client.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

type Verdict = NonNullable<VerifyReport['verification']>['verdict'];

async function run(argv: readonly string[], verdict: Verdict | null = 'intact') {
  const state = {
    ...{ revision: 1, creations: [], downloads: [], outlook: null },
    agent: { version: '1', pid: 1, startedAt: '', phase: 'ready' as const },
    library: { path: '/l', space: null, problem: null },
    machines: [machineView({ path: '/a', status: 'suspended' }), machineView({ path: '/b' })],
  };
  const client = fakeClient({
    'state.get': () => state,
    'machine.verify': () => ({
      name: 'web',
      verification: verdict && {
        verdict,
        madeAt: null,
        files: [
          { what: 'memory', path: '/m', verdict: verdict === 'damaged' ? 'changed' : 'intact' },
        ],
      },
    }),
  });
  const terminal = fakeTerminal({ client });
  const code = await runCli(argv, terminal);
  return { code, terminal, calls: client.calls };
}

test.each([
  ['intact', 0, 'is intact'],
  ['damaged', 5, 'memory is changed: /m'],
  ['recorded', 0, 'from now on there is'],
] as const)('a state that is %s exits with %d', async (verdict, exit, words) => {
  const { code, terminal } = await run(['verify', 'web'], verdict);
  expect(code).toBe(exit);
  expect(terminal.stdout.text).toContain(words);
});

test('as JSON it exits with the same code, and says it once', async () => {
  const { code, terminal } = await run(['verify', 'web', '--json'], 'damaged');
  expect(code).toBe(5);
  expect(JSON.parse(terminal.stdout.text)).toMatchObject({ verification: { verdict: 'damaged' } });
  expect(terminal.stderr.text).toBe('');
});

test('--all verifies what is suspended, one after the other', async () => {
  const { calls } = await run(['verify', '--all', '--json']);
  expect(calls.filter(({ method }) => method === 'machine.verify')).toEqual([
    { method: 'machine.verify', params: { machine: '/a', background: false } },
  ]);
});

test('--background says that it goes on by itself', async () => {
  const { terminal } = await run(['verify', 'web', '--background'], null);
  expect(terminal.stdout.text).toContain('in the background');
});

test('a machine or --all, and not both', async () => {
  expect((await run(['verify'])).code).toBe(2);
  expect((await run(['verify', 'web', '--all'])).code).toBe(2);
});
