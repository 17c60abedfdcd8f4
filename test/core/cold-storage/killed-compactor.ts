/**
 * A process of its own that compacts or expands the state of a bundle and kills itself, as `kill -9` does,
 * before the nth call of the host or after the nth chunk:
 *
 *   node killed-compactor.ts compact|encrypt|expand BUNDLE SECRET KEY-ID NTH before|chunk
 *
 * Prints `done` when it was not killed.
 */
import { compactState } from '../../../src/core/cold-storage/compact.ts';
import { expandState } from '../../../src/core/cold-storage/expand.ts';
import type { StateKey } from '../../../src/core/cold-storage/keys.ts';
import type { Host } from '../../../src/core/host.ts';
import { bundleAt } from '../../../src/core/library/bundle.ts';
import { createHost } from '../../../src/storage/host.ts';

const [what, path = '', secret = '', id = '', nth = '0', when] = process.argv.slice(2);
const key: StateKey = { id, secret: Buffer.from(secret, 'hex') };
const keys = { current: async () => key, find: async () => key };

let calls = 0;

function passed<T>(work: () => Promise<T>): Promise<T> {
  calls += 1;
  if (when === 'before' && calls === Number(nth)) process.kill(process.pid, 'SIGKILL');
  return work();
}

const real = createHost();
const host: Host = {
  ...real,
  space: (of) => passed(() => real.space(of)),
  dataExtents: (of) => passed(() => real.dataExtents(of)),
  flush: (of, options) => passed(() => real.flush(of, options)),
};
const cold = { host, keys };
const bundle = bundleAt(path);
/** Every chunk is a place to be killed at as well. */
let told = 0;
const onProgress = (): void => {
  told += 1;
  if (when === 'chunk' && told === Number(nth)) process.kill(process.pid, 'SIGKILL');
};
if (what === 'expand') await expandState(bundle, cold, { onProgress });
else await compactState(bundle, cold, { encrypt: what === 'encrypt', level: 1, onProgress });
console.log('done');
