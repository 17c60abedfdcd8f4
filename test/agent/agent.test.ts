import { expect, test } from 'vitest';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';

test('a machine that ran at the quit goes on after the next start with the same memory', async () => {
  await using library = await tempLibrary();
  const first = await library.start();
  const { id } = await first.handle['machine.create'](machineRequest('Demo'));
  await first.handle['machine.start']({ machine: 'Demo', cold: false });
  const nonce = library.hypervisor.guestOf(id).nonce();

  const reports = await first.stop('quit');
  expect(reports).toMatchObject([{ name: 'Demo', status: 'suspended' }]);
  expect(library.hypervisor.guests.size).toBe(0);

  const second = await library.start();
  await second.launched;
  expect(second.state().machines).toMatchObject([{ name: 'Demo', status: 'running' }]);
  expect(library.hypervisor.guestOf(id).nonce()).toBe(nonce);
});
