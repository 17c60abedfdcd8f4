import { randomBytes } from 'node:crypto';

/** Memory with a nonce that exists nowhere else, and a count that goes on only while the guest runs. */
export interface StandInGuest {
  readonly nonce: string;
  running: boolean;
  listensToPowerButton: boolean;
  counter(): number;
}

export interface GuestImage {
  readonly nonce: string;
  readonly counter: number;
}

export function bootGuest(now: () => number): StandInGuest {
  return wakeGuest({ nonce: randomBytes(16).toString('hex'), counter: 0 }, now);
}

export function wakeGuest(image: GuestImage, now: () => number): StandInGuest {
  let counted = image.counter;
  let since: number | undefined;
  const counter = (): number => Math.floor(counted + (since === undefined ? 0 : now() - since));
  return {
    nonce: image.nonce,
    listensToPowerButton: true,
    counter,
    get running() {
      return since !== undefined;
    },
    set running(running) {
      if (running === (since !== undefined)) return;
      counted = counter();
      since = running ? now() : undefined;
    },
  };
}
