import { randomBytes } from 'node:crypto';
import type { Problem } from '../../core/errors.ts';

/** Small enough to write in no time, large enough to hold a nonce and be worth a digest. */
export const guestMemoryBytes = 4096;
const nonceBytes = 16;

/** What a guest is when it does not run: all that a saved state has to hold. */
export interface GuestImage {
  readonly memory: Uint8Array;
  readonly counter: number;
}

/**
 * A guest without a hypervisor: memory with a nonce that exists nowhere else, and a counter that
 * goes on only while it runs. Together they tell a restore from a reboot.
 */
export interface MemoryGuest {
  readonly machineId: string;
  readonly memory: Uint8Array;
  running: boolean;
  /** A person paused it, so an agent that adopts it leaves it paused. */
  pausedByPerson: boolean;
  /** Why it stands, when its disk does not work. */
  waitsFor: Problem | undefined;
  listensToPowerButton: boolean;
  /** What the guest believes to be the time, in milliseconds since 1970; set by `setClock`. */
  clock: number | undefined;
  /** Seconds of CPU time that it used beside counting. */
  worked: number;
  /** Milliseconds that it has run in all. */
  counter(): number;
  /** The first bytes of its memory, in hex. */
  nonce(): string;
  image(): GuestImage;
}

export function bootImage(): GuestImage {
  return { memory: randomBytes(guestMemoryBytes), counter: 0 };
}

/** A guest that does not run yet. `now` is in milliseconds and never goes back. */
export function createGuest(machineId: string, image: GuestImage, now: () => number): MemoryGuest {
  let counted = image.counter;
  let runningSince: number | undefined;
  const counter = (): number =>
    Math.floor(counted + (runningSince === undefined ? 0 : now() - runningSince));

  return {
    machineId,
    memory: image.memory,
    pausedByPerson: false,
    waitsFor: undefined,
    listensToPowerButton: true,
    clock: undefined,
    worked: 0,
    get running() {
      return runningSince !== undefined;
    },
    set running(running) {
      if (running === (runningSince !== undefined)) return;
      counted = counter();
      runningSince = running ? now() : undefined;
    },
    counter,
    nonce: () => Buffer.from(image.memory.subarray(0, nonceBytes)).toString('hex'),
    image: () => ({ memory: image.memory.slice(), counter: counter() }),
  };
}
