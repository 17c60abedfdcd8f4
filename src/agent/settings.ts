/** What a person sets for all machines of an agent, whoever runs it: the app, or `torpor agent run`. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Params, Result } from '../contract/requests.ts';
import type { Settings } from '../contract/settings.ts';
import { errnoOf, type Problem, TorporError, toProblem } from '../core/errors.ts';
import type { HandledName } from './handlers.ts';

export type AgentSettings = Pick<
  Settings,
  'idleMinutes' | 'setAsideDays' | 'compactAfterDays' | 'makeDigests' | 'concurrency'
>;

export const defaultAgentSettings: AgentSettings = {
  idleMinutes: null,
  setAsideDays: null,
  compactAfterDays: null,
  makeDigests: false,
  concurrency: null,
};

/** From where to where each number may go, for the app's settings and the command line alike. */
export const numberLimits = {
  idleMinutes: { minimum: 1, maximum: 1440 },
  setAsideDays: { minimum: 1, maximum: 3650 },
  compactAfterDays: { minimum: 1, maximum: 3650 },
  concurrency: { minimum: 1, maximum: 64 },
} as const;

const numberOf = ({ minimum, maximum }: { readonly minimum: number; readonly maximum: number }) =>
  z.int().min(minimum).max(maximum).nullable();

/** What is besides in the app's file is the app's own business. */
const schema = z.object({
  idleMinutes: numberOf(numberLimits.idleMinutes).default(null),
  setAsideDays: numberOf(numberLimits.setAsideDays).default(null),
  compactAfterDays: numberOf(numberLimits.compactAfterDays).default(null),
  makeDigests: z.boolean().default(false),
  concurrency: numberOf(numberLimits.concurrency).default(null),
});

export interface FoundSettings {
  readonly settings: AgentSettings;
  /** Why the file could not be used: then all is as if there were none. */
  readonly problem: Problem | null;
}

/**
 * Reads the app's settings, or a file of the same shape. One that is not there sets nothing. One that
 * cannot be used is left as it is, and the problem says why.
 */
export async function readAgentSettings(file: string): Promise<FoundSettings> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const isAbsent = errnoOf(error) === 'ENOENT';
    return { settings: defaultAgentSettings, problem: isAbsent ? null : toProblem(error) };
  }
  try {
    return { settings: parse(JSON.parse(text)), problem: null };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const error = new TorporError('BAD_REQUEST', `The settings in ${file} are not used: ${why}`, {
      hint: 'Until they can be, machines are not suspended, compacted or cleaned by themselves.',
      cause,
    });
    return { settings: defaultAgentSettings, problem: toProblem(error) };
  }
}

function parse(value: unknown): AgentSettings {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new TypeError(`${first?.path.join('.')}: ${first?.message}.`);
}

type Request = <N extends HandledName>(name: N, params: Params<N>) => Promise<Result<N>>;

/** Hands them to an agent that runs, all but `concurrency`, which it is started with. */
export async function tellSettings(
  request: Request,
  settings: Omit<AgentSettings, 'concurrency'>,
): Promise<void> {
  await Promise.all([
    request('agent.setIdle', { minutes: settings.idleMinutes }),
    request('agent.setCleaning', { days: settings.setAsideDays }),
    request('agent.setCompaction', { days: settings.compactAfterDays }),
    request('agent.setDigests', { background: settings.makeDigests }),
  ]);
}
