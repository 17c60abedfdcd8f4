import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const key = randomBytes(32);
const prefix = Buffer.from('v10');
const ivLength = 12;
const tagLength = 16;

/** Encrypts, with a key that goes with the process: nothing here can be read by the next. */
export const safeStorage = {
  isEncryptionAvailable: () => true,
  getSelectedStorageBackend: () => 'basic_text',
  encryptString(text: string): Buffer {
    const iv = randomBytes(ivLength);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([prefix, iv, cipher.getAuthTag(), body]);
  },
  decryptString(sealed: Buffer): string {
    const rest = sealed.subarray(prefix.length);
    const decipher = createDecipheriv('aes-256-gcm', key, rest.subarray(0, ivLength));
    decipher.setAuthTag(rest.subarray(ivLength, ivLength + tagLength));
    const body = rest.subarray(ivLength + tagLength);
    return decipher.update(body, undefined, 'utf8') + decipher.final('utf8');
  },
};
