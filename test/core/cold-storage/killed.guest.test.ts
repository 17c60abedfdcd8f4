import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compactState } from '../../../src/core/cold-storage/compact.ts';
import { expandState } from '../../../src/core/cold-storage/expand.ts';
import { loadManifest } from '../../../src/core/saved-state/files.ts';
import { assertWhole } from '../../../src/core/saved-state/fit.ts';
import { createHost } from '../../../src/storage/host.ts';
import { type ColdState, coldState, expectSame, mebibyte } from '../../support/cold-state.ts';

const program = fileURLToPath(new URL('killed-compactor.ts', import.meta.url));
const key = { id: 'key', secret: randomBytes(32) };
const keys = { current: async () => key, find: async () => key };
const cold = { host: createHost(), keys };

/** Processes are what is killed here, not guests; they take as long. */
const moments = ['before', 'chunk'] as const;
/** More than there are: the last run of each kind must come through, or a place is missed. */
const mostCalls = 30;

function run(what: string, { bundle }: ColdState, nth: number, when: string): 'killed' | 'done' {
  const secret = key.secret.toString('hex');
  const args = [program, what, bundle.path, secret, key.id, String(nth), when];
  const { signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (signal === 'SIGKILL') return 'killed';
  if (stdout !== 'done\n') throw new Error(stderr);
  return 'done';
}

const small = () => [{ at: mebibyte - 100, bytes: randomBytes(2 * mebibyte) }];

describe.each(['compact', 'encrypt', 'expand'])('kill -9 at any moment of “%s”', (what) => {
  test.each(moments)('(%s) the state is whole, and doing it again succeeds', async (when) => {
    let nth = 1;
    for (; nth < mostCalls; nth++) {
      await using state = await coldState(small(), { memoryBytes: 4 * mebibyte });
      const before = await state.contents();
      if (what === 'expand') await compactState(state.bundle, cold, { encrypt: true, level: 1 });
      const outcome = run(what, state, nth, when);

      await assertWhole(await loadManifest(state.bundle), state.bundle);
      if (what === 'expand') await expandState(state.bundle, cold, {});
      else {
        await compactState(state.bundle, cold, { encrypt: what === 'encrypt', level: 1 });
        expect((await readdir(state.bundle.files.state)).sort()).toEqual([
          'compacted.state',
          'manifest.json',
        ]);
        await expandState(state.bundle, cold, {});
      }
      expectSame(await state.contents(), before);
      expect(await readdir(state.bundle.files.state)).toHaveLength(3);
      if (outcome === 'done') break;
    }
    expect(nth, 'places at which it was killed').toBeGreaterThan(2);
    expect(nth).toBeLessThan(mostCalls);
  });
});

test('what was written before a kill is gone on from, and not written again', async () => {
  await using state = await coldState([{ at: 0, bytes: randomBytes(6 * mebibyte) }]);
  expect(run('compact', state, 4, 'chunk')).toBe('killed');
  const part = `${state.bundle.files.compactedState}.part`;
  const { size, ino } = await stat(part);
  expect(size).toBeGreaterThan(3 * mebibyte);
  await compactState(state.bundle, cold, { encrypt: false, level: 1 });
  expect((await stat(state.bundle.files.compactedState)).ino).toBe(ino);
});
