import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where Torpor keeps what it can make again: compiled code, answers of hypervisors. */
export function cacheDirectory(): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'torpor');
  const named = process.env.XDG_CACHE_HOME;
  return join(named && isAbsolute(named) ? named : join(homedir(), '.cache'), 'torpor');
}
