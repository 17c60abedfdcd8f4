import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CreationView } from '../../src/contract/app-state.ts';
import type { Host } from '../../src/core/host.ts';
import { createHost } from '../../src/storage/host.ts';
import { stateWhere } from '../support/agent-state.ts';
import { rejection } from '../support/rejection.ts';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';

/** Copies that wait until somebody lets them go on, as on a slow disk. */
function slowHost() {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const host: Host = {
    ...createHost(),
    async clone(from, to, options) {
      options?.onProgress?.(1, 4);
      reached.resolve();
      await released.promise;
      return createHost().clone(from, to, options);
    },
  };
  return { host, reached: reached.promise, release: released.resolve };
}

async function copying() {
  const library = await tempLibrary();
  const slow = slowHost();
  const agent = await library.start({ host: slow.host });
  const from = join(library.runBase, '..', 'disk.raw');
  await writeFile(from, Buffer.alloc(1 << 20, 1));
  const disks = [{ kind: 'copy', from, format: 'raw' }] as const;
  const making = agent.handle['machine.create'](machineRequest('Copy', { disks }));
  const outcome = making.catch((error: unknown) => error);
  await slow.reached;
  return { library, agent, making, outcome, release: slow.release };
}

describe('making a machine', () => {
  test('is seen by everybody, with what is done of it', async () => {
    const { library, agent, making, release } = await copying();
    await using _ = library;
    expect(agent.state().creations).toMatchObject([
      { name: 'Copy', step: 'copying', fraction: 0.125, cancellable: true },
    ]);
    const seen: CreationView[] = [];
    agent.on('state', ({ creations }) => seen.push(...creations));
    release();
    expect(await making).toMatchObject({ name: 'Copy', status: 'stopped' });
    expect(agent.state()).toMatchObject({ creations: [], machines: [{ name: 'Copy' }] });
  });

  test('is cancelled by id or name, and leaves nothing; the name is free again', async () => {
    const { library, agent, making, outcome, release } = await copying();
    await using _ = library;
    const id = agent.state().creations[0]?.id ?? '';
    expect(await agent.handle['machine.cancel']({ machine: id })).toEqual({ cancelled: true });
    release();
    expect(await rejection(making)).toMatchObject({ code: 'CANCELLED' });
    await outcome;
    expect(agent.state()).toMatchObject({ creations: [], machines: [] });
    await agent.handle['machine.create'](machineRequest('Copy'));
  });

  test('ends before the agent does: nothing is written after stop has answered', async () => {
    const { library, agent, outcome, release } = await copying();
    await using _ = library;
    const order: string[] = [];
    const stopping = agent.handle['agent.stop']({ reason: 'quit' }).then(() => order.push('stop'));
    await stateWhere(agent, (state) => state.agent.phase === 'ending');
    expect(order).toEqual([]);
    release();
    expect(await outcome).toMatchObject({ code: 'CANCELLED' });
    order.push('made');
    await stopping;
    expect(order).toEqual(['made', 'stop']);
    await agent.ended;
  });

  test('a clone is made so too', async () => {
    const library = await tempLibrary();
    await using _ = library;
    const slow = slowHost();
    const agent = await library.start({ host: slow.host });
    await agent.handle['machine.create'](machineRequest('Demo'));
    const cloning = agent.handle['machine.clone']({ machine: 'Demo', name: 'Twin' });
    const outcome = cloning.catch((error: unknown) => error);
    await slow.reached;
    expect(agent.state().creations).toMatchObject([{ name: 'Twin', step: 'copying' }]);
    expect(await agent.handle['machine.cancel']({ machine: 'Twin' })).toEqual({ cancelled: true });
    slow.release();
    expect(await outcome).toMatchObject({ code: 'CANCELLED' });
    expect(agent.state().machines).toMatchObject([{ name: 'Demo' }]);
  });
});
