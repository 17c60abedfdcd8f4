import fc from 'fast-check';
import { test } from 'vitest';
import { inProcessWorld } from './in-process-world.ts';
import { events, live } from './model.ts';
import { modelRuns } from './model-runs.ts';

test('an agent is what a small model says, whatever is asked, breaks and dies', async () => {
  const property = fc.asyncProperty(events, async (some) => {
    const world = await inProcessWorld();
    try {
      await live(world, some);
    } finally {
      await world.dispose();
    }
  });
  await fc.assert(property, modelRuns(40));
}, 7_200_000);
