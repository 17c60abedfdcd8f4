import type { Socket } from 'node:net';
import type { Host } from '../../core/host.ts';
import { descriptorOf } from '../../storage/descriptor.ts';
import { currentUserId } from '../identity.ts';

/**
 * Tells whether the process at the other end of a socket is this user's. The directory and the mode
 * of the socket keep others out already; this holds also where somebody has widened them.
 */
export function ownPeers(
  host: Host,
  onError: (error: unknown) => void,
): (socket: Socket) => boolean {
  return (socket) => {
    try {
      return host.peerUserId(descriptorOf(socket)) === currentUserId();
    } catch (error) {
      onError(error);
      return false;
    }
  };
}
