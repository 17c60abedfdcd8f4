import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** The other end of a migration as QEMU is it: reads so many bytes and hangs up at once, in a thread of its own. */
const { path, bytes }: { path: string; bytes: number } = workerData;

createServer((socket) => {
  let read = 0;
  socket.on('error', () => {});
  socket.on('close', () => parentPort?.postMessage('hung up'));
  socket.on('data', (chunk) => {
    read += chunk.length;
    if (read >= bytes) socket.destroy();
  });
}).listen(path, () => parentPort?.postMessage('listening'));
