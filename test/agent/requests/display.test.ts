import { expect, test } from 'vitest';
import { machineRequest, tempLibrary } from '../../support/temp-library.ts';

test('a display is refused while nothing runs, and where the driver has no server for it', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const machine = 'Demo';
  await agent.handle['machine.create'](machineRequest(machine));
  await expect(agent.handle['machine.display']({ machine })).rejects.toMatchObject({
    code: 'WRONG_STATUS',
  });
  await agent.handle['machine.start']({ machine, cold: false });
  await expect(agent.handle['machine.display']({ machine })).rejects.toMatchObject({
    code: 'CAPABILITY_MISSING',
  });
});
