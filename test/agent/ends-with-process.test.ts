import { expect, test } from 'vitest';
import { silentLog } from '../../src/agent/log.ts';
import { suspendAll } from '../../src/agent/suspend-all.ts';
import { createWishes } from '../../src/agent/wishes.ts';
import { createVzWorld } from '../drivers/vz/support/world.ts';

test('a guest that would die with the agent is saved, also where it should have run on', async () => {
  const world = await createVzWorld();
  const machine = await world.boot({ policy: { onQuit: 'keepRunning' } });
  const { nonce } = world.liveOf(machine).guest;
  const [report] = await suspendAll([machine], {
    reason: 'quit',
    bound: 1,
    how: ({ config }) => config.policy.onQuit,
    wishes: createWishes(),
    log: silentLog(),
  });
  expect(report).toMatchObject({ status: 'suspended' });
  const later = await world.reopen(machine);
  await later.restore();
  expect(world.liveOf(later).guest).toMatchObject({ nonce, running: true });
});
