import { randomBytes, randomUUID } from 'node:crypto';
import type { KeyStore, StateKey } from '../../src/core/cold-storage/keys.ts';
import { TorporError } from '../../src/core/errors.ts';

/** A keychain of one key, which a test can lose. */
export function fakeKeys(secret = randomBytes(32)): KeyStore & { lose(): void; refuse(): void } {
  let isOpen = true;
  let key: StateKey | undefined = { id: randomUUID(), secret };
  const first = key;
  return {
    async current() {
      if (isOpen) return first;
      throw new TorporError('CAPABILITY_MISSING', 'Nothing here keeps secrets.');
    },
    find: async (id) => (key?.id === id ? key : undefined),
    lose() {
      key = undefined;
    },
    refuse() {
      isOpen = false;
    },
  };
}
