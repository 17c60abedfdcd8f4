import { hkdfSync, randomBytes, webcrypto } from 'node:crypto';
import { TorporError } from '../errors.ts';

/** A key for saved states, as the system's keychain or secret service keeps it. */
export interface StateKey {
  readonly id: string;
  /** 32 bytes. Never logged, never written to a bundle. */
  readonly secret: Uint8Array;
}

/** Where keys are: implemented in src/storage/keys, injected, and faked in tests. */
export interface KeyStore {
  /**
   * The key that states are encrypted with from now on, made and kept at the first call. Throws
   * CAPABILITY_MISSING where the system keeps no secrets, STATE_LOCKED when a person did not unlock it.
   */
  current(): Promise<StateKey>;
  /** The key called `id`, undefined when the system has no such key; throws as `current`. */
  find(id: string): Promise<StateKey | undefined>;
}

/** How a container says that it is encrypted. */
export interface Encryption {
  readonly keyId: string;
  /** 16 random bytes in hex: with them, every container is encrypted with a key of its own. */
  readonly salt: string;
  /** 16 bytes in hex that only this key makes of the salt: tells another key from a damaged chunk. */
  readonly check: string;
}

export interface Owner {
  readonly machineId: string;
  readonly stateId: string;
}

export function newEncryption(key: StateKey): Encryption {
  const salt = randomBytes(16).toString('hex');
  return { keyId: key.id, salt, check: checkOf(key, salt) };
}

/**
 * The AES-256-GCM key of one container: HKDF-SHA-256 (RFC 5869) of the kept secret, with the
 * container's salt, for this machine and this state alone.
 */
export function containerKey(
  key: StateKey,
  { salt }: Encryption,
  owner: Owner,
): Promise<webcrypto.CryptoKey> {
  const bytes = derived(key, salt, `container 1 ${owner.machineId} ${owner.stateId}`, 32);
  return webcrypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

function checkOf(key: StateKey, salt: string): string {
  return derived(key, salt, 'check 1', 16).toString('hex');
}

/** What is derived for one purpose says nothing of what is for another. */
function derived({ secret }: StateKey, salt: string, purpose: string, bytes: number) {
  return Buffer.from(
    hkdfSync('sha256', secret, Buffer.from(salt, 'hex'), `torpor ${purpose}`, bytes),
  );
}

/** Finds the key of an encrypted container. Throws STATE_LOCKED when it is gone or another; the state stays. */
export async function findKey(
  keys: KeyStore | undefined,
  { keyId, salt, check }: Encryption,
): Promise<StateKey> {
  const key = await keys?.find(keyId);
  if (key !== undefined && checkOf(key, salt) === check) return key;
  if (key !== undefined) throw stateLocked('its key is another than it was', { keyId });
  throw stateLocked('its key is not in this user’s keychain or secret service', { keyId });
}

/** A state that is whole and cannot be read without its key. `why` completes “because”. */
function stateLocked(why: string, details: Readonly<Record<string, unknown>>): TorporError {
  return new TorporError('STATE_LOCKED', `The saved state is encrypted, and ${why}.`, {
    hint: 'Unlock or restore the keychain that it was saved with, and try again. The state was kept. Starting cold sets it aside and boots.',
    details,
  });
}
