import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { secondsSince } from './seconds.ts';
import type { Subject, Technique } from './technique.ts';

/** Seconds, and bytes on disk, of one guest that was suspended and resumed twice. */
export interface Round {
  /** With all that the guest filled just written: until the state is safe on the medium. */
  readonly firstDurable: number;
  /** The same until nothing of the guest runs any more. */
  readonly firstGone: number;
  /** After a short run that only read, some time after the last write. */
  readonly secondDurable: number;
  readonly secondGone: number;
  /** From the command until the guest's next counter line. */
  readonly backCold: number;
  readonly backWarm: number;
  /** From the command until the guest has read all of the memory that it filled. */
  readonly allReadCold: number;
  readonly allReadWarm: number;
  readonly stateBytes: number;
}

/**
 * So many rounds with one guest, which is filled once and rewritten before each further round.
 * Throws when the guest is not the same, or its memory is not.
 */
export async function measure(
  technique: Technique,
  memoryMiB: number,
  fill: number,
  rounds: number,
): Promise<Round[]> {
  const subject = await technique.boot(memoryMiB);
  try {
    await subject.console().next(/^TICK 2 /);
    await subject.console().ask('tick 20', /^TICKING/);
    const megabytes = Math.floor((memoryMiB * fill) / 100);
    let [, sum = ''] = await subject.console().ask(`fill ${megabytes}`, /^FILLED \d+ (\w+)$/);
    const { nonce } = await subject.console().tick();
    const done: Round[] = [];
    while (true) {
      done.push(await measureRound(subject, nonce));
      await expectSame(subject, sum, technique.name);
      if (done.length === rounds) return done;
      const dirty = /^DIRTIED \d+ (\w+)$/;
      [, sum = ''] = await subject.console().ask(`dirty ${megabytes}`, dirty);
    }
  } finally {
    await subject.dispose();
  }
}

async function measureRound(subject: Subject, nonce: string): Promise<Round> {
  const first = await suspend(subject);
  const stateBytes = await subject.stateBytes();
  dropCaches();
  const cold = await resume(subject, nonce);
  // What the guest wrote a while ago is on the medium already, as it is at anybody's quit.
  spawnSync('sync');
  const second = await suspend(subject);
  const warm = await resume(subject, nonce);
  return {
    firstDurable: first.durable,
    firstGone: first.gone,
    secondDurable: second.durable,
    secondGone: second.gone,
    backCold: cold.back,
    backWarm: warm.back,
    allReadCold: cold.allRead,
    allReadWarm: warm.allRead,
    stateBytes,
  };
}

async function suspend(subject: Subject) {
  const started = performance.now();
  const safeAt = await subject.suspend();
  return { durable: (safeAt - started) / 1000, gone: secondsSince(started) };
}

async function resume(subject: Subject, nonce: string) {
  const started = performance.now();
  await subject.resume();
  const [, , after] = await subject.console().next(/^TICK (\d+) (\w{32})$/);
  const back = secondsSince(started);
  if (after !== nonce) throw new Error('the guest is another');
  await subject.console().sh('dd if=/tmp/filled of=/dev/null bs=1M');
  return { back, allRead: secondsSince(started) };
}

async function expectSame(subject: Subject, sum: string, name: string): Promise<void> {
  const [, now] = await subject.console().ask('sum', /^SUM (\w+)$/);
  if (now !== sum) throw new Error(`${name}: the guest's memory is another`);
}

/** Needs root; without it the caches stay warm, for all techniques alike. */
export function dropCaches(): void {
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
