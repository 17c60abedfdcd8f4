/**
 * The key of saved states in the macOS keychain, through /usr/bin/security.
 *
 * Commands go in by standard input (`security -i`), so that the secret is never in an argument, which any
 * process could read. The keychain lets `security` read what `security` wrote: the key is safe from
 * other users and while the keychain is locked, not from other programs of this user.
 */
import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import type { KeyStore, StateKey } from '../../core/cold-storage/keys.ts';
import { TorporError } from '../../core/errors.ts';

const serviceName = 'torpor-saved-states';
const patience = 120_000;
/** errSecItemNotFound, of which `security` exits with the last byte. */
const notFound = 44;

export function keychain(program = '/usr/bin/security'): KeyStore {
  async function read(account: string | undefined): Promise<StateKey | undefined> {
    const which = account === undefined ? '' : ` -a ${account}`;
    // Attributes and password; -w would print the password alone.
    const found = await ask(program, `find-generic-password -s ${serviceName}${which} -g`);
    if (found === undefined) return undefined;
    const id = /"acct"<blob>="([0-9a-f-]{36})"/.exec(found)?.[1];
    const secret = /^password: "([0-9a-f]{64})"$/m.exec(found)?.[1];
    if (id !== undefined && secret !== undefined) return { id, secret: Buffer.from(secret, 'hex') };
    throw locked('what the keychain has for it is no key');
  }

  return {
    async current() {
      const known = await read(undefined);
      if (known !== undefined) return known;
      const key = { id: randomUUID(), secret: randomBytes(32) };
      const text = key.secret.toString('hex');
      await ask(
        program,
        `add-generic-password -s ${serviceName} -a ${key.id} -l "Torpor: key of saved states" -w ${text}`,
      );
      // Read back, since `security -i` tells little of what went wrong with a command.
      const kept = await read(key.id);
      if (kept?.secret.toString() !== key.secret.toString()) throw locked('it was not kept');
      return kept;
    },
    find: (id) => read(/^[0-9a-f-]{36}$/.test(id) ? id : 'none'),
  };
}

/** What `command` printed; undefined when there is no such item. */
function ask(program: string, command: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      ['-q', '-i'],
      { timeout: patience, env: { PATH: '/usr/bin:/bin' } },
      (error, stdout, stderr) => {
        const printed = `${stdout}\n${stderr}`;
        if (error === null && !printed.includes('SecKeychainSearch')) return resolve(printed);
        if (error?.code === notFound || printed.includes('could not be found')) {
          return resolve(undefined);
        }
        // What was printed may hold the secret, so it is in no message.
        reject(locked('the keychain is locked, or it was refused'));
      },
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(`${command}\n`);
  });
}

function locked(why: string): TorporError {
  return new TorporError('STATE_LOCKED', `The key of saved states cannot be had: ${why}.`, {
    hint: 'Unlock the login keychain and try again. The state was kept.',
  });
}
