/** Plain data seen as a tree, with paths such as `hardware.disks.0.id`. */

/** The paths of the values that hold no others, in order. */
export function leavesOf(value: unknown, path = ''): string[] {
  const inner = entriesOf(value);
  if (inner.length === 0) return [path];
  return inner.flatMap(([key, child]) => leavesOf(child, join(path, key)));
}

/** The paths of the objects, the root first; lists are none. */
export function objectsOf(value: unknown, path = ''): string[] {
  const inner = entriesOf(value).flatMap(([key, child]) => objectsOf(child, join(path, key)));
  return isObject(value) && !Array.isArray(value) ? [path, ...inner] : inner;
}

/** A copy with `replacement` at `path`, which need not have been there. */
export function replaced(value: unknown, path: string, replacement: unknown): unknown {
  return changed(value, path.split('.'), () => replacement);
}

/** A copy that has nothing at `path`. */
export function without(value: unknown, path: string): unknown {
  return changed(value, path.split('.'), () => undefined);
}

export function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, key) => entriesOf(at).find(([name]) => name === key)?.[1], value);
}

function changed(
  value: unknown,
  [key = '', ...rest]: string[],
  change: (old: unknown) => unknown,
): unknown {
  const inner = new Map(entriesOf(value));
  const old = inner.get(key);
  inner.set(key, rest.length === 0 ? change(old) : changed(old, rest, change));
  return Array.isArray(value) ? [...inner.values()] : Object.fromEntries(inner);
}

function entriesOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
