import { rm } from 'node:fs/promises';
import { uptime } from 'node:os';
import { z } from 'zod';
import { parseWith } from '../../core/config.ts';
import type { Place } from '../../core/driver.ts';
import type { Problem } from '../../core/errors.ts';
import { readJson, writeJson } from '../../core/library/atomic-file.ts';
import { exists } from '../../core/library/bundle.ts';

/**
 * process.json says that a guest runs in the process named. A guest of the framework ends with that
 * process, so a record that is found without a guest tells that one was cut off.
 */
const record = z.strictObject({
  machineId: z.uuid(),
  pid: z.int().min(1),
  startedAt: z.iso.datetime(),
});

export async function writeRecord({ bundle, config }: Place): Promise<void> {
  await writeJson(bundle.files.process, {
    machineId: config.id,
    pid: process.pid,
    startedAt: new Date().toISOString(),
  } satisfies z.infer<typeof record>);
}

export async function removeRecord({ bundle }: Place): Promise<void> {
  await rm(bundle.files.process, { force: true });
}

/** What is known of a guest that was here and is not; undefined when none was, or another machine’s. */
export async function howItEnded({ bundle, config }: Place): Promise<Problem | undefined> {
  const path = bundle.files.process;
  if (!(await exists(path))) return undefined;
  const { machineId, startedAt } = parseWith(record, await readJson(path), path);
  if (machineId !== config.id) return undefined;
  const bootedAt = Date.now() - uptime() * 1000;
  const why =
    Date.parse(startedAt) < bootedAt
      ? `The computer was restarted while “${config.name}” was running.`
      : `Torpor ended unexpectedly, and “${config.name}” with it.`;
  return {
    code: 'GUEST_ENDED',
    message: `${why} What was in its memory is lost; its disks are as after a power cut.`,
    hint: 'Start it to boot again.',
  };
}
