import { type Fact, known } from '../fact.ts';
import type { HostAccess } from './access.ts';
import { orUnknown } from './read-list.ts';

/** Apple's signing server: an installation asks it for a signature made for that one machine. */
export const signingServer = 'https://gs.apple.com/TSS/controller?action=2';

/** What a proxy or a filter answers instead of the server. */
const blockedBy = new Set([401, 403, 407, 451, 511]);

export type Reachability =
  | { readonly reachable: true }
  | { readonly reachable: false; readonly status: number | undefined };

/** Asks only when somebody wants it asked: it tells Apple that this computer is there. */
export async function readSigningServer(access: HostAccess): Promise<Fact<Reachability>> {
  return await orUnknown(signingServer, async () => {
    const status = await access.reach(signingServer);
    const reachable = status !== undefined && !blockedBy.has(status);
    return known(reachable ? { reachable } : { reachable, status }, signingServer);
  });
}
