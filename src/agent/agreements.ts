import { rename } from 'node:fs/promises';
import { z } from 'zod';
import { type MachineConfig, parseWith } from '../core/config.ts';
import { errnoOf, TorporError } from '../core/errors.ts';
import { readJson, writeJson } from '../core/library/atomic-file.ts';
import { outsideOf } from '../core/library/outside.ts';
import type { HostIdentity } from '../core/saved-state/fit.ts';
import { createQueue } from './queue.ts';

/**
 * What a person agreed that each machine may use outside its bundle. It lies beside the bundles and
 * counts for one computer and user, so that neither a bundle nor a library from somebody else can
 * bring its own agreement along.
 */
export interface Agreements {
  /** Whether the library had none: an older Torpor made it. */
  readonly isNew: boolean;
  /** What of `outsideOf(config)` nobody has agreed to. */
  missing(config: MachineConfig): readonly string[];
  /** Throws CONSENT_NEEDED with what is missing, in the message and in `details.outside`. */
  assertAgreed(config: MachineConfig): void;
  /** Records that the machine may use `lines` too; on the medium when it resolves. */
  agree(config: MachineConfig, lines: readonly string[]): Promise<void>;
}

const record = z.strictObject({
  formatVersion: z.literal(1),
  host: z.strictObject({ id: z.string(), userId: z.int() }),
  machines: z.record(z.uuid(), z.array(z.string()).max(1000)),
});

/**
 * Reads the agreements at `path`. Those of another computer or user count as none. A file that cannot
 * be read is kept beside, as `path.damaged`, and everything is asked again.
 */
export async function openAgreements(
  path: string,
  { id, userId }: HostIdentity,
): Promise<Agreements> {
  const found = await read(path);
  const isOurs = found?.host.id === id && found.host.userId === userId;
  const machines = new Map(isOurs ? Object.entries(found.machines) : []);
  const serially = createQueue();

  function missing(config: MachineConfig): string[] {
    const agreed = new Set(machines.get(config.id));
    return outsideOf(config).filter((line) => !agreed.has(line));
  }

  function write(): Promise<void> {
    return serially(() =>
      writeJson(path, {
        formatVersion: 1,
        host: { id, userId },
        machines: Object.fromEntries(machines),
      } satisfies z.infer<typeof record>),
    );
  }

  if (found === undefined || !isOurs) await write();

  return {
    isNew: found === undefined,
    missing,
    assertAgreed(config) {
      const lines = missing(config);
      if (lines.length > 0) throw consentNeeded(config.name, lines);
    },
    async agree(config, lines) {
      if (lines.length === 0) return;
      const agreed = machines.get(config.id) ?? [];
      machines.set(config.id, [...new Set([...agreed, ...lines])]);
      await write();
    },
  };
}

async function read(path: string): Promise<z.infer<typeof record> | undefined> {
  try {
    return parseWith(record, await readJson(path), path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    if (errnoOf(error) !== undefined) throw error;
    await rename(path, `${path}.damaged`);
    // Somebody's agreements were there, so what is in the library now is not taken as agreed.
    return { formatVersion: 1, host: { id: '', userId: -1 }, machines: {} };
  }
}

function consentNeeded(name: string, lines: readonly string[]): TorporError {
  return new TorporError(
    'CONSENT_NEEDED',
    `“${name}” uses what is outside its bundle, and nobody here has agreed to that: ${lines.join(', ')}.`,
    {
      hint: `Nothing was opened. If you know where this machine comes from and want it to have that, run “torpor trust ${quoted(name)}”.`,
      details: { outside: lines },
    },
  );
}

function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`;
}
