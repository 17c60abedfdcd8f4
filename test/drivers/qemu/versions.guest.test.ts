import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createQemuDriver } from '../../../src/drivers/qemu/driver.ts';
import { createHost } from '../../../src/storage/host.ts';
import { realMachine } from '../../support/real-machine.ts';

/** The folder of a second QEMU with another version, which this computer may not have. */
const otherQemu = process.env.TORPOR_TEST_OTHER_QEMU;

test('a state goes from one QEMU to another and back, on the machine type that it was saved with', async (context) => {
  if (otherQemu === undefined) {
    context.skip('TORPOR_TEST_OTHER_QEMU does not name the folder of a second QEMU');
    return;
  }
  const real = await realMachine({ disk: true });
  onTestFinished(() => real.dispose());
  const other = createQemuDriver({
    host: createHost(),
    settings: { configuredPath: otherQemu, cacheDirectory: join(tmpdir(), 'torpor-test-cache-2') },
    onError: () => {},
  });
  const [here, there] = await Promise.all([real.driver.availability(), other.availability()]);
  expect(there).toMatchObject({ available: true });
  expect(there).not.toEqual(here);

  await real.machine.start();
  await real.console().next(/^READY/);
  const [, filled] = await real.console().ask('fill 20', /^FILLED \d+ (\w+)$/);
  const before = await real.console().tick();
  for (const driver of [other, real.driver]) {
    await real.machine.suspend('user');
    await real.reopen(driver);
    await real.machine.restore();
    const [, sum] = await real.console().ask('sum', /^SUM (\w+)$/);
    expect(sum).toBe(filled);
    expect((await real.console().tick()).nonce).toBe(before.nonce);
  }
});
