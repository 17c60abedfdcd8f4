import { readdir } from 'node:fs/promises';
import { errnoOf } from '../errors.ts';

/** What is in the folder; nothing when it is not there. Throws the system's error otherwise. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
