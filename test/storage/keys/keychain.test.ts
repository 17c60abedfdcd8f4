import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keychain } from '../../../src/storage/keys/keychain.ts';
import { rejection } from '../../support/rejection.ts';

/**
 * A program that answers as `security -i` does for the two commands that are asked, and notes its
 * arguments; what it prints is that of macOS 14. It cannot say whether a Mac does so.
 */
async function fakeSecurity(mode: 'usual' | 'locked' = 'usual') {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-security-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = join(folder, 'security');
  const answer =
    mode === 'locked'
      ? 'echo "security: SecKeychainSearchCopyNext: User interaction is not allowed." >&2; exit 36'
      : `
case "$line" in
  add-generic-password*)
    set -- $line
    echo "$5 $(echo "$line" | sed 's/.* -w //')" >> "${folder}/items" ;;
  find-generic-password*)
    wanted=$(echo "$line" | sed -n 's/.* -a \\([^ ]*\\).*/\\1/p')
    found=$(grep "^$wanted" "${folder}/items" 2>/dev/null | head -1)
    if [ -z "$found" ]; then
      echo "security: SecKeychainSearchCopyNext: The specified item could not be found in the keychain." >&2
      exit 44
    fi
    set -- $found
    echo "    \\"acct\\"<blob>=\\"$1\\""
    echo "password: \\"$2\\"" >&2 ;;
esac`;
  await writeFile(program, `#!/bin/sh\necho "$@" >> "${folder}/arguments"\nread line\n${answer}\n`);
  await chmod(program, 0o700);
  return { program, argumentsSeen: () => readFile(join(folder, 'arguments'), 'utf8') };
}

test('a key is made once, kept, and found by its name; no argument ever held it', async () => {
  const { program, argumentsSeen } = await fakeSecurity();
  const key = await keychain(program).current();
  expect(key.secret).toHaveLength(32);
  expect(await keychain(program).current()).toEqual(key);
  expect(await keychain(program).find(key.id)).toEqual(key);
  expect(await keychain(program).find('00000000-0000-4000-8000-000000000000')).toBeUndefined();
  expect(new Set((await argumentsSeen()).trim().split('\n'))).toEqual(new Set(['-q -i']));
});

test('a locked keychain is told from one without the key', async () => {
  const { program } = await fakeSecurity('locked');
  expect((await rejection(keychain(program).find('key'))).code).toBe('STATE_LOCKED');
});

test('a name that would be another command is not asked for', async () => {
  const { program } = await fakeSecurity();
  await keychain(program).current();
  expect(await keychain(program).find('x\ndelete-keychain')).toBeUndefined();
});
