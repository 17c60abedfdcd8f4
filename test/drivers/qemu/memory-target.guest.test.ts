import { expect, onTestFinished, test } from 'vitest';
import { type RealMachine, realMachine } from '../../support/real-machine.ts';

const memoryMiB = 192;

async function running(stateMode: 'instant' | 'streamed'): Promise<RealMachine> {
  const real = await realMachine({ policy: { stateMode }, memoryMiB });
  onTestFinished(() => real.dispose());
  await real.machine.start();
  await real.console().next(/^READY/);
  return real;
}

/** What Linux has, without what its balloon holds. */
async function memoryOf(real: RealMachine): Promise<number> {
  const [, kibibytes] = await real
    .console()
    .ask('sh grep MemTotal /proc/meminfo', /^O MemTotal: +(\d+) kB$/);
  return Number(kibibytes) / 1024;
}

test('a Linux guest gives memory back, keeps it so over a suspension, and takes it again', async () => {
  const real = await running('streamed');
  const { policy } = real.machine.config;
  const whole = await memoryOf(real);
  const adjust = (memoryTargetMiB?: number) =>
    real.machine.session?.adjust?.({
      ...policy,
      ...(memoryTargetMiB === undefined ? {} : { memoryTargetMiB }),
    });

  await adjust(memoryMiB - 48);
  const given = { timeout: 60_000, interval: 250 };
  await expect.poll(() => memoryOf(real), given).toBeCloseTo(whole - 48, 0);

  await real.machine.suspend('user');
  await real.machine.restore();
  expect(await memoryOf(real)).toBeCloseTo(whole - 48, 0);

  await adjust();
  await expect.poll(() => memoryOf(real), given).toBeCloseTo(whole, 0);
});

test('a guest whose memory is a file is not asked', async () => {
  const real = await running('instant');
  expect(real.machine.session?.adjust).toBeUndefined();
});
