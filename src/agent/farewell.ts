import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Closes sockets after what waits to be written, and waits until they are closed: those of clients
 * that do not read are destroyed after `patience` milliseconds.
 */
export async function farewell(sockets: Iterable<Socket>, patience: number): Promise<void> {
  const open = [...sockets].filter(({ closed }) => !closed);
  const closed = open.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  for (const socket of open) socket.destroySoon();
  await within(patience, Promise.all(closed));
  for (const socket of open) socket.destroy();
  await Promise.all(closed);
}

/** Waits for `work`, and no longer than that many milliseconds. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const enough = new AbortController();
  const timer = delay(milliseconds, undefined, { signal: enough.signal }).catch(cutShort);
  try {
    await Promise.race([work, timer]);
  } finally {
    enough.abort();
  }
}

function cutShort(): void {}
