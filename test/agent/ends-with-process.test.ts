import { describe, expect, test } from 'vitest';
import { silentLog } from '../../src/agent/log.ts';
import { suspendAll } from '../../src/agent/suspend-all.ts';
import { createWishes } from '../../src/agent/wishes.ts';
import { vzFailure } from '../drivers/vz/stand-in/failures.ts';
import { createVzWorld } from '../drivers/vz/support/world.ts';
import { macWithAgents } from './support/mac.ts';

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

describe('an agent whose guest lives in its process and cannot be saved', () => {
  async function stuck() {
    const world = await macWithAgents();
    const agent = await world.launch();
    await agent.handle['machine.create'](world.request('Sequoia'));
    await agent.handle['machine.start']({ machine: 'Sequoia', cold: false });
    world.mac.failNext('save', vzFailure(11, 'The volume is full.'));
    return { ...world, agent };
  }
  const refusal = {
    code: 'WOULD_LOSE_GUESTS',
    message: expect.stringContaining('“Sequoia”'),
    hint: expect.stringContaining('torpor stop --force'),
  };

  test('does not end, says what can be done, and ends when it was done', async () => {
    const { agent, mac } = await stuck();
    await expect(agent.handle['agent.stop']({ reason: 'quit' })).rejects.toMatchObject(refusal);
    const { agent: after, machines } = agent.state();
    expect(after.phase).toBe('ready');
    expect(machines).toMatchObject([{ status: 'running' }]);
    // It serves as before, and can be asked again.
    await agent.handle['machine.pause']({ machine: 'Sequoia' });
    expect(await agent.handle['agent.stop']({ reason: 'quit' })).toMatchObject([
      { name: 'Sequoia', status: 'suspended' },
    ]);
    await agent.ended;
    expect(mac.live.size).toBe(0);
  });

  test('does not end by a signal’s way either', async () => {
    const { agent, mac } = await stuck();
    await expect(agent.stop('shutdown')).rejects.toMatchObject(refusal);
    expect(mac.live.size).toBe(1);
    await agent.handle['machine.stop']({ machine: 'Sequoia', force: true });
    await agent.stop('shutdown');
  });

  test('does not let go of it', async () => {
    const { agent, mac } = await stuck();
    await expect(agent.detach()).rejects.toMatchObject(refusal);
    expect(mac.live.size).toBe(1);
    await agent.stop('quit').catch(() => agent.stop('quit'));
    await agent.detach();
  });
});
