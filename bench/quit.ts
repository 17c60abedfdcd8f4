import { type RealMachine, realMachine } from '../test/support/real-machine.ts';
import { seconds } from './seconds.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** Seconds of suspending machines alone, one after the other, and all of them at once as at a quit. */
export interface Quit {
  readonly machines: number;
  readonly memoryMiB: number;
  readonly alone: Spread;
  readonly together: number;
}

export async function quit(machines: number, memoryMiB: number): Promise<Quit> {
  const reals: RealMachine[] = [];
  try {
    for (let index = 0; index < machines; index++) {
      const real = await realMachine({ memoryMiB });
      reals.push(real);
      await real.machine.start();
      await real.console().next(/^READY/);
      await real.console().ask(`fill ${memoryMiB / 2}`, /^FILLED/);
    }
    const alone: number[] = [];
    for (const { machine } of reals) {
      alone.push(await seconds(() => machine.suspend('quit')));
    }
    for (const real of reals) {
      await real.machine.restore();
      await real.console().ask(`dirty ${memoryMiB / 2}`, /^DIRTIED/);
    }
    const together = await seconds(() =>
      Promise.all(reals.map(({ machine }) => machine.suspend('quit'))),
    );
    return { machines, memoryMiB, alone: spreadOf(alone), together };
  } finally {
    for (const real of reals) await real.dispose();
  }
}
