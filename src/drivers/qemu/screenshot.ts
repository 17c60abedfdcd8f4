import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { QmpClient } from './qmp/client.ts';

/** The guest's display as PNG, also while it is paused. QEMU writes it into `runDirectory`, gone afterwards. */
export async function takeScreenshot(qmp: QmpClient, runDirectory: string): Promise<Uint8Array> {
  const filename = join(runDirectory, 'screen.png');
  try {
    await qmp.execute('screendump', { filename, format: 'png' });
    return await readFile(filename);
  } finally {
    await rm(filename, { force: true });
  }
}
