import fc from 'fast-check';
import { test } from 'vitest';
import { events, live } from './model.ts';
import { modelRuns } from './model-runs.ts';
import { qemuWorld } from './qemu-world.ts';

test('and with QEMU guests', async () => {
  const property = fc.asyncProperty(events, async (some) => {
    const world = await qemuWorld();
    try {
      await live(world, some);
    } finally {
      await world.dispose();
    }
  });
  await fc.assert(property, modelRuns(4));
}, 7_200_000);
