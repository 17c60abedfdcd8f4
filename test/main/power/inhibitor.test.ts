import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeDelayLock } from '../../../src/main/power/inhibitor.ts';
import { folderForTest } from '../../support/volume.ts';

/** Notes what it is asked and runs the command, as systemd-inhibit does; notes the end of it. */
async function fakeInhibit() {
  const folder = await folderForTest();
  const program = join(folder, 'inhibit');
  const log = join(folder, 'log');
  await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$@" >${log}\n"$5"\necho ended >>${log}\n`);
  await chmod(program, 0o700);
  return { program, log };
}

test('the lock is held until it is released, and then given up before that returns', async () => {
  const { program, log } = await fakeInhibit();
  const lock = takeDelayLock({
    why: 'Machines are being suspended',
    program,
    onError(error) {
      throw error;
    },
  });
  await lock.release();
  expect((await readFile(log, 'utf8')).trim().split('\n')).toEqual([
    '--what=shutdown:sleep',
    '--mode=delay',
    '--who=Torpor',
    '--why=Machines are being suspended',
    'cat',
    'ended',
  ]);
});

test('a computer without the program tells so once, and releasing is no trouble', async () => {
  const { promise, resolve } = Promise.withResolvers<Error>();
  const lock = takeDelayLock({ why: '', program: '/nonexistent/inhibit', onError: resolve });
  expect((await promise).message).toContain('ENOENT');
  await lock.release();
});
