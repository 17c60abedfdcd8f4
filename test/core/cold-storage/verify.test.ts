import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { compactState } from '../../../src/core/cold-storage/compact.ts';
import { loadManifest } from '../../../src/core/saved-state/files.ts';
import { verifyState } from '../../../src/core/saved-state/verify.ts';
import { createHost } from '../../../src/storage/host.ts';
import { coldState, usualRuns } from '../../support/cold-state.ts';

test('a compacted state is verified by its own digest, and damage to it is named', async () => {
  await using state = await coldState(usualRuns());
  await compactState(state.bundle, { host: createHost() }, { encrypt: false, level: 1 });
  // Its disks are none of this test’s.
  const manifest = { ...(await loadManifest(state.bundle)), disks: [], firmwareVariables: null };
  const verify = () => verifyState(state.bundle, manifest, {});
  await verify();
  expect(await verify()).toMatchObject({ verdict: 'intact' });

  const path = state.bundle.files.compactedState;
  const bytes = await readFile(path);
  bytes[5000] = (bytes[5000] ?? 0) ^ 1;
  await writeFile(path, bytes);
  expect(await verify()).toMatchObject({
    verdict: 'damaged',
    files: [{ what: 'compacted.state', verdict: 'changed' }],
  });
  await truncate(path, 0);
  await appendFile(path, 'x');
  expect((await verify()).verdict).toBe('damaged');
});
