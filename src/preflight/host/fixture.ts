import { readdir } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { z } from 'zod';
import { errnoOf, TorporError } from '../../core/errors.ts';
import type { HostAccess } from './access.ts';
import { readBounded } from './live.ts';

/**
 * What a described host answers beside its files. Commands are written as they would be typed:
 * `"sysctl -n hw.optional.arm64": { "output": "1\n" }`.
 */
const descriptionSchema = z.strictObject({
  platform: z.string().default('darwin'),
  commands: z
    .record(
      z.string(),
      z.strictObject({ code: z.int().default(0), output: z.string().default('') }),
    )
    .default({}),
  freeSpace: z.int().nonnegative().optional(),
  network: z.record(z.string(), z.int().nullable()).default({}),
});

export type HostDescription = z.input<typeof descriptionSchema>;

/**
 * A host described by a folder: its files stand where they stand on a Mac, and `host.json` holds
 * what commands and the network answer. Used for tests, for support (someone sends the folder of
 * their Mac) and to look at a Mac from Linux. Throws CONFIG_INVALID for a folder that describes none.
 */
export async function describedHost(root: string): Promise<HostAccess> {
  const raw = await readBounded(join(root, 'host.json'), 1 << 20);
  const parsed = descriptionSchema.safeParse(raw === undefined ? undefined : parseJson(raw));
  if (!parsed.success) {
    throw new TorporError(
      'CONFIG_INVALID',
      raw === undefined
        ? `${root} describes no host: it has no host.json.`
        : `host.json in ${root} cannot be used: ${z.prettifyError(parsed.error)}`,
      { hint: 'See “Looking at another Mac” in docs/preflight.md.' },
    );
  }
  const { platform, commands, freeSpace, network } = parsed.data;
  return {
    description: `the host described in ${root}`,
    platform,
    readFile: (path, limit) => readBounded(inside(root, path), limit),
    list: async (path) => {
      try {
        return await readdir(inside(root, path));
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
    run: async (command, args) => commands[[command, ...args].join(' ')],
    freeSpace: async () => freeSpace,
    reach: async (url) => network[url] ?? undefined,
  };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** `normalize` on an absolute path cannot climb above `/`. */
function inside(root: string, path: string): string {
  return join(root, normalize(`/${path}`));
}
