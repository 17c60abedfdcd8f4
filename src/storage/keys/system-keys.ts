import type { KeyStore } from '../../core/cold-storage/keys.ts';
import { keychain } from './keychain.ts';

/** Where this system keeps secrets. Nothing is asked or loaded before a key is needed. */
export function systemKeys(platform = process.platform): KeyStore {
  if (platform === 'darwin') return keychain();
  const service = async (): Promise<KeyStore> => (await import('./keyring.ts')).secretService();
  return {
    current: async () => (await service()).current(),
    find: async (id) => (await service()).find(id),
  };
}
