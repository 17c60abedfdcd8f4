import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Host, Space } from '../core/host.ts';
import type { Machine } from '../core/machine.ts';

/** A volume that guests write to. */
export interface Volume {
  readonly device: bigint;
  /** A folder on it, by which people know it. */
  readonly path: string;
  readonly machines: readonly Machine[];
  readonly space: Space;
}

/**
 * The volumes that the guests of `machines` write to: of their bundles, and of disks that stay
 * elsewhere. One that cannot be read is left out: a guest that writes there is stopped by its
 * hypervisor.
 */
export async function volumesOf(
  machines: readonly Machine[],
  host: Pick<Host, 'space'>,
): Promise<Volume[]> {
  const found = new Map<bigint, { readonly path: string; readonly machines: Set<Machine> }>();
  for (const machine of machines) {
    for (const path of foldersOf(machine)) {
      const device = await deviceOf(path);
      if (device === undefined) continue;
      const volume = found.get(device) ?? { path, machines: new Set() };
      volume.machines.add(machine);
      found.set(device, volume);
    }
  }
  const measured = [...found].map(async ([device, volume]) => {
    const space = await spaceOf(host, volume.path);
    const users = [...volume.machines];
    return space === undefined ? [] : [{ device, path: volume.path, machines: users, space }];
  });
  return (await Promise.all(measured)).flat();
}

/** The device of the volume on which `path` lies; undefined when it is not there. */
export async function deviceOf(path: string): Promise<bigint | undefined> {
  try {
    return (await stat(path, { bigint: true })).dev;
  } catch {
    // Whatever the reason, nothing can be told of it.
    return undefined;
  }
}

function foldersOf({ bundle, config }: Machine): string[] {
  const outside = config.hardware.disks.filter(
    ({ path, readOnly }) => path.startsWith('/') && !readOnly,
  );
  return [bundle.path, ...outside.map(({ path }) => dirname(path))];
}

async function spaceOf(host: Pick<Host, 'space'>, path: string): Promise<Space | undefined> {
  try {
    return await host.space(path);
  } catch {
    return undefined;
  }
}
