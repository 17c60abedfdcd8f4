import { lstat } from 'node:fs/promises';
import type { Client } from '../contract/json-rpc.ts';
import { errnoOf } from '../core/errors.ts';
import { connect } from './control/client.ts';
import { canonicalPath } from './paths.ts';
import { readRecord } from './record.ts';

// The way of every command to an agent that runs: what is imported here is time that people wait.

/** The agent of the library if one runs; undefined when none does, or the last one was killed. */
export async function connectIfRunning(library: string): Promise<Client | undefined> {
  const record = await readRecord(await canonicalPath(library));
  if (record === undefined || !(await isOurSocket(record.socket))) return undefined;
  try {
    return await connect(record.socket);
  } catch (error) {
    const errno = error instanceof Error ? errnoOf(error.cause) : undefined;
    if (errno === 'ECONNREFUSED' || errno === 'ENOENT') return undefined;
    throw error;
  }
}

/** A library may come from somewhere else; a socket of another user is not an agent of ours. */
async function isOurSocket(path: string): Promise<boolean> {
  try {
    const found = await lstat(path);
    return found.isSocket() && found.uid === process.getuid?.();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}
