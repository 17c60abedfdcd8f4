import { basename, dirname, isAbsolute, join } from 'node:path';
import { TorporError } from '../core/errors.ts';
import { type Listed, pathOf } from './machines.ts';
import { canonicalPath } from './paths.ts';
import { viewBroken } from './view.ts';

/**
 * The one machine that `reference` means: its id, the absolute path of its bundle, or its exact
 * name. Throws NO_SUCH_MACHINE, and BAD_REQUEST with the paths when several have that name.
 */
export async function findListed(all: readonly Listed[], reference: string): Promise<Listed> {
  const byId = all.filter((one) => one.kind === 'machine' && one.machine.config.id === reference);
  const byPath = await findByPath(all, reference);
  const byName = all.filter((one) => nameOf(one) === reference);
  const found = [byId, byPath, byName].find((matches) => matches.length > 0) ?? [];
  const [first, ...more] = found;
  if (first === undefined) throw noSuchMachine(all, reference);
  if (more.length > 0) throw ambiguous(found, reference);
  return first;
}

export function nameOf(listed: Listed): string {
  return listed.kind === 'machine' ? listed.machine.config.name : viewBroken(listed).name;
}

/**
 * A link that lies in the library is an entry of its own, so the last part of a path is followed only
 * when nothing there is called so: whoever deletes the link must not delete what it leads to.
 */
async function findByPath(all: readonly Listed[], reference: string): Promise<Listed[]> {
  if (!isAbsolute(reference) || reference.includes('\0')) return [];
  const asNamed = join(await canonicalPath(dirname(reference)), basename(reference));
  const found = all.filter((one) => pathOf(one) === asNamed);
  if (found.length > 0) return found;
  const path = await canonicalPath(reference);
  return all.filter((one) => pathOf(one) === path);
}

function noSuchMachine(all: readonly Listed[], reference: string): TorporError {
  const similar = all.map(nameOf).find((name) => name.toLowerCase() === reference.toLowerCase());
  return new TorporError('NO_SUCH_MACHINE', `There is no machine “${reference}”.`, {
    hint:
      similar === undefined
        ? '“torpor list” shows the machines of this library.'
        : `There is one called “${similar}”.`,
  });
}

function ambiguous(found: readonly Listed[], reference: string): TorporError {
  const paths = found.map(pathOf);
  return new TorporError('BAD_REQUEST', `${found.length} machines are called “${reference}”.`, {
    hint: `Name the one you mean by its path: ${paths.join(', ')}`,
    details: { paths },
  });
}
