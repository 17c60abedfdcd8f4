import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { errnoOf } from '../../core/errors.ts';
import type { Machine } from '../../core/machine.ts';

/** More than any display needs; a larger file is not ours. */
const maxBytes = 16 * 1024 * 1024;

/**
 * The display of a guest that is there, else the last frame that its bundle keeps, as base64; null
 * when there is neither. For a picture in a list, so a machine in any status may be asked.
 */
export async function frameOf(machine: Machine): Promise<string | null> {
  const { session, status, bundle } = machine;
  // While a state is saved or loaded the hypervisor has better things to do.
  const isSettled = status === 'running' || status === 'paused';
  if (isSettled && session?.screenshot.available) {
    return Buffer.from(await session.screenshot.use()).toString('base64');
  }
  return await readFrame(bundle.files.lastFrame);
}

async function readFrame(path: string): Promise<string | null> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const found = await file.stat();
    if (!found.isFile() || found.size > maxBytes) return null;
    return await file.readFile('base64');
  } finally {
    await file.close();
  }
}
