import { createConnection } from 'node:net';
import { openConsole, type SerialConsole } from '../../core/serial-console.ts';

/**
 * Attaches to the guest's serial port, which QEMU serves on `socketPath` to one client: the agent is
 * it, and shares. What comes is kept in the log at `logPath`. Log errors go to `onError`.
 */
export async function attachSerial(
  socketPath: string,
  logPath: string,
  onError: (error: unknown) => void,
): Promise<SerialConsole> {
  const socket = createConnection(socketPath);
  // It breaks when QEMU ends, which the session tells by itself; that may be before anything else here.
  socket.on('error', () => socket.destroy());
  const console = await openConsole(logPath, (bytes) => void socket.write(bytes), onError);
  socket.on('data', console.receive);
  return {
    ...console,
    async close() {
      socket.destroy();
      await console.close();
    },
  };
}
