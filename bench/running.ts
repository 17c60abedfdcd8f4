import { readFileSync } from 'node:fs';
import type { StateMode } from '../src/core/config.ts';
import { realMachine } from '../test/support/real-machine.ts';
import { seconds } from './seconds.ts';

/** What guest memory in a file costs while the guest runs, beside memory that is in no file. */
export interface Running {
  readonly mode: StateMode;
  /** Seconds in which the guest touches memory for the first time, and writes all of it again. */
  readonly firstTouch: number;
  readonly rewrite: number;
  /** MiB that this computer wrote to its disks meanwhile, for whatever reason. */
  readonly writtenBack: number;
}

export async function running(
  mode: StateMode,
  memoryMiB: number,
  megabytes: number,
): Promise<Running> {
  const real = await realMachine({ memoryMiB, policy: { stateMode: mode } });
  try {
    await real.machine.start();
    await real.console().next(/^READY/);
    const before = pagesWritten();
    const firstTouch = await seconds(() => copy(megabytes, ''));
    const rewrite = await seconds(() => copy(megabytes, 'conv=notrunc'));
    return { mode, firstTouch, rewrite, writtenBack: (pagesWritten() - before) / 256 };
  } finally {
    await real.dispose();
  }

  async function copy(count: number, how: string): Promise<void> {
    await real.console().sh(`dd if=/dev/zero of=/tmp/touched bs=1M count=${count} ${how}`);
  }
}

/** Pages of 4 KiB; 0 where the kernel does not count them. */
function pagesWritten(): number {
  if (process.platform !== 'linux') return 0;
  return Number(/^nr_written (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0);
}
