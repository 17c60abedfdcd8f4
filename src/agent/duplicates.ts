import { basename } from 'node:path';
import type { Entry } from '../core/library/library.ts';
import { folderNameFor } from '../core/library/name.ts';
import type { Machine } from '../core/machine.ts';
import type { Broken } from './machines.ts';

type Readable = Extract<Entry, { kind: 'machine' }>;

/** The entries to open, and those that have the id of another one. */
export interface Owners {
  readonly owners: readonly Entry[];
  readonly duplicates: readonly Broken[];
}

/**
 * Decides which of several bundles with one id is the machine: two of them open would share sockets
 * and be taken for each other. The bundle that is in use stays it, then the one that is open, then
 * the one whose folder is called as its machine (a copy made by hand is called otherwise), then the
 * first.
 */
export function nameOwners(
  entries: readonly Entry[],
  open: readonly Machine[],
  isInUse: (machine: Machine) => boolean,
): Owners {
  const readable = entries.filter((entry) => entry.kind === 'machine');
  const duplicates = [...Map.groupBy(readable, ({ config }) => config.id).values()].flatMap(
    (group) => {
      const current = open.find((machine) => machine.config.id === group[0]?.config.id);
      const owner = ownerOf(group, current, isInUse);
      return group
        .filter((entry) => entry !== owner)
        .map((entry) => duplicateOf(entry, owner, current));
    },
  );
  const paths = new Set(duplicates.map(({ bundle }) => bundle.path));
  return { owners: entries.filter(({ bundle }) => !paths.has(bundle.path)), duplicates };
}

function ownerOf(
  group: readonly Readable[],
  current: Machine | undefined,
  isInUse: (machine: Machine) => boolean,
): Readable | undefined {
  const opened = group.find(({ bundle }) => bundle.path === current?.bundle.path);
  if (opened !== undefined || (current !== undefined && isInUse(current))) return opened;
  return (
    group.find(({ bundle, config }) => basename(bundle.path) === folderNameFor(config.name)) ??
    group[0]
  );
}

function duplicateOf(
  { bundle, config }: Readable,
  owner: Readable | undefined,
  current: Machine | undefined,
): Broken {
  const other = owner?.bundle.path ?? current?.bundle.path;
  return {
    kind: 'broken',
    bundle,
    config,
    problem: {
      code: 'MACHINE_EXISTS',
      message: `This bundle is a copy: ${other} is the same machine.`,
      hint: 'To keep both, make this one a machine of its own with “torpor renew”: its saved state is then set aside. Else delete one of them.',
      details: { path: bundle.path, other, id: config.id },
    },
  };
}
