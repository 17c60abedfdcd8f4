import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Technique } from './technique.ts';

/** Seconds, and bytes on disk, of one guest that was suspended and resumed twice. */
export interface Round {
  readonly firstSuspend: number;
  /** From the command until the guest's next counter line, with cold caches. */
  readonly resume: number;
  /** From the command until the guest has read all of the memory that it filled. */
  readonly allRead: number;
  /** After a short run that only read. */
  readonly secondSuspend: number;
  readonly stateBytes: number;
}

/** Throws when the guest is not the same, or its memory is not, after any resume. */
export async function measure(
  technique: Technique,
  memoryMiB: number,
  fill: number,
): Promise<Round> {
  const subject = await technique.boot(memoryMiB);
  try {
    await subject.console().next(/^TICK 2 /);
    await subject.console().ask('tick 20', /^TICKING/);
    const megabytes = Math.floor((memoryMiB * fill) / 100);
    const [, filled] = await subject.console().ask(`fill ${megabytes}`, /^FILLED \d+ (\w+)$/);
    const { nonce } = await subject.console().tick();
    // What the guest wrote a while ago is on the medium already, as it would be at anybody's quit.
    spawnSync('sync');

    const firstSuspend = await seconds(() => subject.suspend());
    const stateBytes = await subject.stateBytes();
    dropCaches();
    const started = performance.now();
    await subject.resume();
    const [, , after] = await subject.console().next(/^TICK (\d+) (\w{32})$/);
    const resume = (performance.now() - started) / 1000;
    const [, sum] = await subject.console().ask('sum', /^SUM (\w+)$/);
    const allRead = (performance.now() - started) / 1000;
    if (after !== nonce || sum !== filled)
      throw new Error(`${technique.name}: the guest is another`);
    spawnSync('sync');
    const secondSuspend = await seconds(() => subject.suspend());
    return { firstSuspend, resume, allRead, secondSuspend, stateBytes };
  } finally {
    await subject.dispose();
  }
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** Needs root; without it the caches stay warm, for all techniques alike. */
function dropCaches(): void {
  spawnSync('sync');
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3');
  } catch {
    if (process.platform === 'linux') warnOnce();
  }
}

let warned = false;
function warnOnce(): void {
  if (!warned) console.error('Caches stay warm: only root can drop them.');
  warned = true;
}
