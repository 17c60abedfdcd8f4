import { describe, expect, test } from 'vitest';
import type { CreationView } from '../../src/contract/app-state.ts';
import { exception, serviceDied, vzFailure } from '../drivers/vz/stand-in/failures.ts';
import { machineWhere, stateWhere } from '../support/agent-state.ts';
import { rejection } from '../support/rejection.ts';
import { macWithAgents } from './support/mac.ts';

const cold = false;

describe('creating a macOS guest', () => {
  test('checks, installs with progress that everybody sees, and leaves a machine that boots', async () => {
    const { launch, request, mac } = await macWithAgents();
    const agent = await launch();
    const seen: CreationView[] = [];
    agent.on('state', ({ creations }) => seen.push(...creations));
    const gate = mac.holdNext('install');
    const making = agent.handle['machine.create'](request('Sequoia'));
    await gate.reached;
    const { creations, machines } = agent.state();
    expect(machines).toEqual([]);
    expect(creations).toMatchObject([
      { name: 'Sequoia', step: 'installing', fraction: 0.5, cancellable: true },
    ]);
    gate.release();
    const machine = await making;
    expect(machine).toMatchObject({ id: creations[0]?.id, status: 'stopped', driver: 'vz' });
    expect(agent.state().creations).toEqual([]);
    await agent.handle['machine.start']({ machine: 'Sequoia', cold });
    expect(mac.live.size).toBe(1);
  });

  test('suspends at the quit and comes back at the launch as if nothing had happened', async () => {
    const { launch, request, mac } = await macWithAgents();
    const first = await launch();
    await first.handle['machine.create'](request('Sequoia'));
    await first.handle['machine.start']({ machine: 'Sequoia', cold });
    const nonce = [...mac.live.values()].map(({ guest }) => guest.nonce);
    expect(await first.stop('quit')).toMatchObject([{ name: 'Sequoia', status: 'suspended' }]);
    expect(mac.live.size).toBe(0);
    const second = await launch();
    await second.launched;
    await machineWhere(second, 'Sequoia', ({ status }) => status === 'running');
    expect([...mac.live.values()].map(({ guest }) => guest.nonce)).toEqual(nonce);
    await second.handle['machine.suspend']({ machine: 'Sequoia', reason: 'user' });
    await second.handle['machine.resume']({ machine: 'Sequoia' });
    expect([...mac.live.values()].map(({ guest }) => guest.nonce)).toEqual(nonce);
  });

  test('a state that another macOS wrote is refused with choices, and kept', async () => {
    const { launch, request, mac } = await macWithAgents();
    const first = await launch();
    await first.handle['machine.create'](request('Sequoia'));
    await first.handle['machine.start']({ machine: 'Sequoia', cold });
    await first.stop('quit');
    mac.failNext('restore', vzFailure(12, 'The machine failed to restore: “invalid argument”.'));
    const second = await launch({ restoreOnLaunch: false });
    await expect(second.handle['machine.resume']({ machine: 'Sequoia' })).rejects.toMatchObject({
      code: 'STATE_DOES_NOT_FIT',
    });
    expect(second.state().machines).toMatchObject([{ status: 'suspended' }]);
    await second.handle['machine.resume']({ machine: 'Sequoia' });
  });

  test.each([
    [vzFailure(10006, 'Update.'), 'INSTALL_FAILED', /device support/i],
    [vzFailure(10007, 'failed with error: 10'), 'INSTALL_FAILED', /host|support/i],
    [vzFailure(8, 'Full.'), 'NO_SPACE', /full/i],
    [serviceDied, 'HYPERVISOR_FAILED', /stopped unexpectedly/],
    [exception('Twice.'), 'HYPERVISOR_FAILED', /Twice/],
  ])(
    '%j is told as %s with what it means, and nothing is left but the image',
    async (failure, code, message) => {
      const { launch, request, mac, leftovers } = await macWithAgents();
      const agent = await launch();
      mac.failNext('install', failure);
      await expect(agent.handle['machine.create'](request('Sequoia'))).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
      expect(await leftovers()).toEqual([]);
      expect(agent.state()).toMatchObject({ creations: [], machines: [] });
      // The name is free again, and the image good.
      await agent.handle['machine.create'](request('Sequoia'));
    },
  );

  test('what preflight says no to is refused with the remedy, whatever a person says', async () => {
    const { launch, request, image, leftovers } = await macWithAgents({
      version: '13.7.6',
      build: '22H625',
      mobileDevice: '1400',
    });
    const agent = await launch();
    const boot = { restoreImage: image, despiteUnknown: true };
    await expect(
      agent.handle['machine.create'](request('Sequoia', { boot })),
    ).rejects.toMatchObject({
      code: 'INSTALL_REFUSED',
      hint: expect.stringMatching(/Xcode|Device Support/),
      details: { verdict: { answer: 'no' } },
    });
    expect(await leftovers()).toEqual([]);
  });

  test('what preflight cannot tell is refused, unless a person goes on knowingly', async () => {
    const { launch, request, image } = await macWithAgents({ version: '15.6.1', build: '24G90' });
    const agent = await launch();
    await expect(agent.handle['machine.create'](request('Sequoia'))).rejects.toMatchObject({
      code: 'INSTALL_REFUSED',
      hint: expect.stringContaining('--despite-unknown'),
      details: { verdict: { answer: 'cannot-tell' } },
    });
    const boot = { restoreImage: image, despiteUnknown: true };
    await agent.handle['machine.create'](request('Sequoia', { boot }));
  });

  test('the host is read again right before: an answer is never kept', async () => {
    const { launch, request, describeHost, mac } = await macWithAgents();
    const agent = await launch();
    await agent.handle['machine.create'](request('First'));
    await describeHost({ version: '15.6.1', build: '24G90', mobileDevice: '1600' });
    await expect(agent.handle['machine.create'](request('Second'))).rejects.toMatchObject({
      code: 'INSTALL_REFUSED',
    });
    expect(mac.live.size).toBe(0);
  });

  test('it is asked once more right before anything is written', async () => {
    const { launch, request, describeHost, leftovers } = await macWithAgents();
    const old = { version: '15.6.1', build: '24G90', mobileDevice: '1600' };
    const agent = await launch({}, () => describeHost(old));
    await expect(agent.handle['machine.create'](request('Late'))).rejects.toMatchObject({
      code: 'INSTALL_REFUSED',
    });
    expect(await leftovers()).toEqual([]);
  });

  test('a third macOS guest is not installed while two run', async () => {
    const { launch, request, leftovers } = await macWithAgents();
    const agent = await launch();
    for (const name of ['A', 'B']) {
      await agent.handle['machine.create'](request(name));
      await agent.handle['machine.start']({ machine: name, cold });
    }
    await expect(agent.handle['machine.create'](request('C'))).rejects.toMatchObject({
      code: 'GUEST_LIMIT',
      message: expect.stringContaining('no third'),
    });
    expect(await leftovers()).toEqual(['A.torpor', 'B.torpor']);
  });

  test('no restore image, or no empty raw disk, is a bad request', async () => {
    const { launch, request } = await macWithAgents();
    const agent = await launch();
    const nowhere = { restoreImage: '/nowhere.ipsw', despiteUnknown: false };
    await expect(
      agent.handle['machine.create'](request('A', { boot: nowhere })),
    ).rejects.toMatchObject({ code: 'DISK_UNAVAILABLE' });
    await expect(agent.handle['machine.create'](request('A', { disks: [] }))).rejects.toMatchObject(
      {
        code: 'BAD_REQUEST',
      },
    );
  });
});

describe('an installation that is not wanted any more', () => {
  test('is cancelled by its name, and leaves nothing', async () => {
    const { launch, request, mac, leftovers } = await macWithAgents();
    const agent = await launch();
    const gate = mac.holdNext('install');
    const making = agent.handle['machine.create'](request('Sequoia'));
    await gate.reached;
    expect(await agent.handle['machine.cancel']({ machine: 'Sequoia' })).toEqual({
      cancelled: true,
    });
    gate.release();
    await expect(making).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await leftovers()).toEqual([]);
  });

  test('ends with the agent: after stop has answered nothing is written', async () => {
    const { launch, request, mac, leftovers } = await macWithAgents();
    const agent = await launch();
    const gate = mac.holdNext('install');
    const making = agent.handle['machine.create'](request('Sequoia'));
    const refusal = rejection(making);
    await gate.reached;
    let hasAnswered = false;
    const stopping = agent.handle['agent.stop']({ reason: 'quit' }).then(() => {
      hasAnswered = true;
    });
    await stateWhere(agent, (state) => state.agent.phase === 'ending');
    expect(hasAnswered).toBe(false);
    gate.release();
    await stopping;
    expect(await leftovers()).toEqual([]);
    expect(await refusal).toMatchObject({ code: 'CANCELLED' });
    await agent.ended;
  });
});
