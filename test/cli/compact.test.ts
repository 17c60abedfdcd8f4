import { expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import type { SavedStateSummary } from '../../src/contract/app-state.ts';
import { type Answers, fakeClient, machineView } from '../support/fake-client.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

async function run(argv: readonly string[], answers: Answers) {
  const client = fakeClient(answers);
  const terminal = fakeTerminal({ client });
  const code = await runCli(argv, terminal);
  return {
    code,
    terminal,
    asked: client.calls.filter(({ method }) => method === 'machine.compact'),
  };
}

const saved: SavedStateSummary = {
  createdAt: '2026-11-20T12:00:00.000Z',
  bytes: 2 ** 20,
  reason: 'user',
  mode: 'instant',
  wasPaused: false,
};
const compact: Answers = {
  'machine.compact': ({ machine }) => ({
    name: machine,
    status: 'suspended',
    seconds: 2,
    bytes: 2 ** 20,
  }),
};

test('compact names what was compacted, and what it takes now', async () => {
  const { code, terminal, asked } = await run(['compact', 'web'], compact);
  expect(code).toBe(0);
  expect(asked.map(({ params }) => params)).toEqual([{ machine: 'web' }]);
  expect(terminal.stdout.text).toBe('“web” is suspended (2 s, 1 MiB).\n');
});

test('compact --all asks for each suspended machine whose state is plain', async () => {
  const state = (names: Record<string, Partial<ReturnType<typeof machineView>>>): Answers => ({
    ...compact,
    'state.get': () => ({
      revision: 1,
      agent: { version: '1', pid: 1, startedAt: '2026-11-24T12:00:00.000Z', phase: 'ready' },
      library: { path: '/library', space: null, problem: null },
      machines: Object.entries(names).map(([name, view]) =>
        machineView({ name, path: `/library/${name}.torpor`, ...view }),
      ),
      creations: [],
      downloads: [],
      outlook: null,
    }),
  });
  const { asked } = await run(
    ['compact', '--all'],
    state({
      plain: { status: 'suspended', savedState: saved },
      small: { status: 'suspended', savedState: { ...saved, form: 'compacted' } },
      runs: { status: 'running' },
    }),
  );
  expect(asked.map(({ params }) => params)).toEqual([{ machine: '/library/plain.torpor' }]);
  const none = await run(['compact', '--all'], state({}));
  expect(none.code).toBe(0);
  expect(none.terminal.stdout.text).toBe('There is no saved state to compact.\n');
});

test.each([[['compact']], [['compact', 'web', '--all']]])('%j is a mistake', async (argv) => {
  const { code, asked } = await run(argv, compact);
  expect(code).toBe(2);
  expect(asked).toEqual([]);
});
