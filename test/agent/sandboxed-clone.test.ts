import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleAt } from '../../src/core/library/bundle.ts';
import { macWithAgents } from './support/mac.ts';

test('the clone of a sandboxed machine uses the files outside that only the first was given', async () => {
  const world = await macWithAgents();
  const { mac } = world;
  mac.facts = { ...mac.facts, sandboxed: true };
  const iso = join(world.library.path, '..', 'setup.iso');
  await writeFile(iso, Buffer.alloc(512));
  const agent = await world.launch();
  const { path } = await agent.handle['machine.create'](
    world.request('First', {
      ...{ boot: 'uefi', iso, memoryMiB: 1024, policy: { onQuit: 'stop' } },
      disks: [{ kind: 'empty', bytes: 1024 * 1024, format: 'raw' }],
    }),
  );
  await agent.stop('quit');

  // The app is opened again: nobody has chosen anything yet.
  mac.unchosenFiles.add(iso);
  const again = await world.launch();
  const clone = await again.handle['machine.clone']({ machine: 'First', name: 'Second' });
  const known = (bundle: string) => readFile(bundleAt(bundle).files.access, 'utf8');
  expect(await known(clone.path)).toBe(await known(path));
  await again.handle['machine.start']({ machine: 'Second', cold: false });
  expect([...mac.openBookmarks.values()]).toEqual([iso]);
  await again.handle['machine.stop']({ machine: 'Second', force: true });
  expect(mac.openBookmarks.size).toBe(0);
});
