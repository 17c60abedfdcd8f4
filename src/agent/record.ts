import { rm } from 'node:fs/promises';
import { errnoOf, TorporError } from '../core/errors.ts';
import { readJson, writeJson } from '../core/library/atomic-file.ts';
import { libraryLayout } from '../core/library/layout.ts';

/** Where the agent of a library listens: what a client reads first. Only the lock proves that it runs. */
export interface AgentRecord {
  readonly pid: number;
  /** The control socket. */
  readonly socket: string;
  readonly version: string;
  readonly startedAt: string;
}

export async function writeRecord(library: string, record: AgentRecord): Promise<void> {
  await writeJson(libraryLayout(library).record, record);
}

/** Undefined when no agent has run here, or the last one ended in order. */
export async function readRecord(library: string): Promise<AgentRecord | undefined> {
  const path = libraryLayout(library).record;
  try {
    const record = await readJson(path);
    if (isRecord(record)) return record;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  throw new TorporError('CONFIG_INVALID', `${path} is no record of an agent.`, {
    hint: 'Remove it; an agent that runs is found again after it has been started anew.',
  });
}

/** Checked by hand: every command reads it, and loading a schema library takes longer than the rest. */
function isRecord(value: unknown): value is AgentRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, socket, version, startedAt }: Partial<Record<keyof AgentRecord, unknown>> = value;
  return (
    Number.isSafeInteger(pid) &&
    typeof socket === 'string' &&
    socket.startsWith('/') &&
    typeof version === 'string' &&
    typeof startedAt === 'string'
  );
}

export async function removeRecord(library: string): Promise<void> {
  await rm(libraryLayout(library).record, { force: true });
}
