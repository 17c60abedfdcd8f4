import type { Host } from '../../core/host.ts';
import { untilReleased } from './process.ts';
import { holdsPidFile } from './process-record.ts';
import { connectQmp } from './qmp/client.ts';
import { unlessDisconnected } from './qmp/errors.ts';
import { runFiles } from './run-files.ts';

/**
 * Ends a QEMU that an agent started and died before it had written that down. Its guest has not run
 * an instruction, or it is let alone: then it belongs to another bundle, or to somebody else. Without
 * this the machine could not start, since that QEMU holds its pid file.
 */
export async function endStray(host: Host, runDirectory: string): Promise<void> {
  const { sockets, pidFile } = runFiles(runDirectory);
  if (!holdsPidFile(host, pidFile)) return;
  const qmp = await connectQmp(sockets.qmp);
  try {
    const { status } = await qmp.execute('query-status');
    if (status !== 'prelaunch' && status !== 'inmigrate') return;
    await qmp.execute('quit').catch(unlessDisconnected);
  } finally {
    qmp.close();
  }
  await untilReleased(host, pidFile);
}
