import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { realMachine } from '../../support/real-machine.ts';
import { rejection } from '../../support/rejection.ts';

const run = promisify(execFile);

/** Linux: 0 none, 1 strict, 2 a filter; see proc(5). */
async function seccompOf(pid: number): Promise<string | undefined> {
  return /^Seccomp:\s*(\d)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
}

/** The folder of a second QEMU with another version, which this computer may not have. */
const otherQemu = process.env.TORPOR_TEST_OTHER_QEMU;

const installations: readonly (readonly [string, string | undefined])[] = [
  ['QEMU', undefined],
  ...(otherQemu === undefined ? [] : [['another QEMU', otherQemu] as const]),
];

test.each(installations)(
  'a library whose path would be options starts, suspends and resumes under the system-call filter of %s',
  async (_name, qemuPath) => {
    const temporary = await mkdtemp(join(tmpdir(), 'torpor-hostile-'));
    onTestFinished(() => rm(temporary, { recursive: true, force: true }));
    const folder = join(temporary, `a,server=on,,id="x"'{}\\ %s é𝕏`);
    await mkdir(folder);
    const real = await realMachine({
      folder,
      disk: true,
      ...(qemuPath === undefined ? {} : { qemuPath }),
    });
    onTestFinished(() => real.dispose());
    await real.machine.start();
    await real.console().next(/^READY/);
    const before = await real.console().tick();
    expect(await seccompOf(await real.qemuPid())).toBe('2');
    await real.machine.suspend('user');
    await real.machine.restore();
    expect(await seccompOf(await real.qemuPid())).toBe('2');
    expect((await real.console().tick()).nonce).toBe(before.nonce);
  },
);

test('an image that keeps its data in another file of the host is refused before QEMU opens it', async () => {
  const real = await realMachine({ disk: true });
  onTestFinished(() => real.dispose());
  const disk = join(real.bundle.files.disks, 'vda.qcow2');
  await rm(disk);
  const secret = join(real.bundle.path, 'secret');
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-o', `data_file=${secret}`, disk, '1M']);
  const error = await rejection(real.machine.start());
  expect(error).toMatchObject({ code: 'IMAGE_INVALID' });
  await expect(real.qemuPid()).rejects.toThrow('ENOENT');
  expect(real.machine.status).toBe('stopped');
});
