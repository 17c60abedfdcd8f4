import { realpath, stat } from 'node:fs/promises';
import { z } from 'zod';
import { acceleratorNames } from './accelerator.ts';

const factsSchema = z.object({
  version: z.object({ major: z.int(), minor: z.int(), micro: z.int(), package: z.string() }),
  /** Pinned types of the architecture's main machine, newest first; never an alias. */
  machineTypes: z.array(z.string()),
  newestMachineType: z.string(),
  /** The same of the machine for old guests; empty where there is none. */
  biosMachineTypes: z.array(z.string()),
  /** Names, `x-ignore-shared` among them where memory can stay in its file. */
  migrationCapabilities: z.array(z.string()),
  /** Whether `-sandbox` (seccomp) is compiled in. */
  seccomp: z.boolean(),
  /** What is compiled in; whether it works on this host is `chooseAccelerator`'s question. */
  accelerators: z.array(z.enum(acceleratorNames)),
});

/** What a QEMU program is able to do, as it says itself; `probeQemu` asks it. */
export type QemuFacts = z.output<typeof factsSchema>;

const cacheSchema = z.object({ format: z.literal(1), key: z.string(), facts: factsSchema });

/** Names a program's content without reading it: another path, time or size is another QEMU. */
export async function probeKey(path: string): Promise<string> {
  const real = await realpath(path);
  const { mtimeMs, size } = await stat(real);
  return JSON.stringify([real, mtimeMs, size]);
}

export function serializeFacts(key: string, facts: QemuFacts): string {
  return `${JSON.stringify({ format: 1, key, facts } satisfies z.output<typeof cacheSchema>, null, 2)}\n`;
}

/**
 * The facts that were kept under this key; undefined when they are another program's or cannot be
 * read (an older Torpor's, a damaged file): then probe again, nothing is lost.
 */
export function parseFacts(text: string, key: string): QemuFacts | undefined {
  const kept = cacheSchema.safeParse(parseJson(text)).data;
  return kept?.key === key ? kept.facts : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
