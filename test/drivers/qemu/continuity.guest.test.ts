import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RealMachine, realMachine } from '../../support/real-machine.ts';

describe.each(['instant', 'streamed'] as const)(
  'a Linux guest, suspended in %s mode',
  (stateMode) => {
    let real: RealMachine;

    beforeAll(async () => {
      real = await realMachine({ policy: { stateMode }, disk: true, display: 'vnc' });
      await real.machine.start();
      await real.console().next(/^READY/);
    });

    afterAll(() => real.dispose());

    test('goes on where it was: same nonce, counter without a gap, same memory', async () => {
      const [, filled] = await real.console().ask('fill 40', /^FILLED \d+ (\w+)$/);
      const before = await real.console().tick();

      await real.machine.suspend('user');
      expect(real.machine.status).toBe('suspended');
      await expect(real.qemuPid()).rejects.toThrow('ENOENT');

      await real.machine.restore();
      const after = await real.console().tick();
      expect(after.nonce).toBe(before.nonce);
      expect(after.count).toBeGreaterThan(before.count);
      // A guest that had run on somewhere meanwhile would be far ahead.
      expect(after.count).toBeLessThan(before.count + 20);
      const [, sum] = await real.console().ask('sum', /^SUM (\w+)$/);
      expect(sum).toBe(filled);
    });

    test('writes files that only their owner can read, and records them by their digest', async () => {
      await real.machine.suspend('user');
      const { state } = real.bundle.files;
      const stream = stateMode === 'instant' ? 'device.state' : 'stream.state';
      const expected = [
        'manifest.json',
        stream,
        ...(stateMode === 'instant' ? ['memory.bin'] : []),
      ];
      // The mark of the state that it went on from before is there too.
      expect(await readdir(state)).toEqual([...expected, 'used.json'].toSorted());
      for (const name of expected) {
        expect((await stat(join(state, name))).mode & 0o777, name).toBe(0o600);
      }
      const manifest = JSON.parse(await readFile(real.bundle.files.manifest, 'utf8'));
      const digest = createHash('sha256')
        .update(await readFile(join(state, stream)))
        .digest('hex');
      expect(manifest.files).toEqual([expect.objectContaining({ name: stream, sha256: digest })]);
      await real.machine.restore();
    });

    test('keeps its file system whole over a suspension with writes under way', async () => {
      const guest = real.console();
      await guest.sh('mke2fs -q /dev/vda && mkdir -p /disk && mount /dev/vda /disk');
      await guest.sh('dd if=/dev/urandom of=/disk/a bs=64k count=64 2>/dev/null');
      const [before] = await guest.sh('md5sum /disk/a');
      await guest.sh(
        '(until [ -e /tmp/stop ]; do dd if=/dev/zero of=/disk/b bs=64k count=16 conv=fsync; done) >/dev/null 2>&1 &',
      );

      await real.machine.suspend('user');
      await real.machine.restore();

      const [after] = await real.console().sh('md5sum /disk/a');
      expect(after).toBe(before);
      await real.console().sh('touch /tmp/stop; until umount /disk; do sleep 0.1; done');
      await real.console().sh('e2fsck -fn /dev/vda');
    });

    test('shows its display as PNG, also while paused', async () => {
      await real.machine.pause();
      const { screenshot } = real.machine.session ?? {};
      if (screenshot?.available !== true) throw new Error('no screenshot');
      const png = Buffer.from(await screenshot.use());
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      await real.machine.resume();
    });

    test('has the right time after it was away', async () => {
      await real.console().sh('date -s 2020-01-01');
      await real.machine.suspend('user');
      await real.machine.restore();
      // The clock is set beside the resume, so the first answers may still be old.
      let seconds = 0;
      while (seconds < 1_700_000_000) {
        const [, date] = await real.console().ask('date', /^DATE (\d+)$/);
        seconds = Number(date);
      }
      expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(60);
    });

    test('powers off when asked', async () => {
      await real.machine.requestStop();
      expect(real.machine.status).toBe('stopped');
      expect(real.machine.problem).toBeUndefined();
      expect(await readdir(real.bundle.path)).not.toContain('state');
    });
  },
);
