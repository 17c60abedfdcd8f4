import type { Socket } from 'node:net';
import { TorporError } from '../core/errors.ts';

/**
 * The file descriptor of a connected socket, for Host.peerUserId(). It stays Node's: never close
 * it, and use it before the socket can end, because its number is used again afterwards.
 *
 * Node has no public way to it; `_handle.fd` has been there on POSIX systems since Node 0.10.
 *
 * @throws TorporError INTERNAL for a socket that is closed, or a Node without the property
 */
export function descriptorOf(socket: Socket): number {
  const handle = property(socket, '_handle');
  const fd = property(handle, 'fd');
  if (typeof fd === 'number' && fd >= 0) return fd;
  throw new TorporError('INTERNAL', 'The socket has no file descriptor: it is closed.');
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Reflect.get(value, name);
}
