import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { parseWith } from '../core/config.ts';
import { errnoOf } from '../core/errors.ts';
import { readJson, writeJson } from '../core/library/atomic-file.ts';
import { libraryLayout } from '../core/library/layout.ts';

const agentRecord = z.strictObject({
  pid: z.int().positive(),
  /** The control socket. */
  socket: z.string().startsWith('/'),
  version: z.string().max(50),
  startedAt: z.iso.datetime(),
});

/** Where the agent of a library listens: what a client reads first. Only the lock proves that it runs. */
export type AgentRecord = z.infer<typeof agentRecord>;

export async function writeRecord(library: string, record: AgentRecord): Promise<void> {
  await writeJson(libraryLayout(library).record, record);
}

/** Undefined when no agent has run here, or the last one ended in order. */
export async function readRecord(library: string): Promise<AgentRecord | undefined> {
  const path = libraryLayout(library).record;
  try {
    return parseWith(agentRecord, await readJson(path), path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export async function removeRecord(library: string): Promise<void> {
  await rm(libraryLayout(library).record, { force: true });
}
