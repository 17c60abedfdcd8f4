import { constants } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { boundLog } from '../../../src/drivers/qemu/bounded-log.ts';
import { folderForTest } from '../../support/volume.ts';

const limit = 100_000;

test('a log that another process appends to stays below its bound, and the newest lines are kept', async () => {
  const path = join(await folderForTest(), 'hypervisor.log');
  const { O_APPEND, O_CREAT, O_WRONLY } = constants;
  const log = await open(path, O_APPEND | O_CREAT | O_WRONLY);
  const errors: unknown[] = [];
  const stop = boundLog(path, (error) => errors.push(error), limit);
  const line = (number: number) => `${String(number).padStart(9, '0')} ${'x'.repeat(989)}\n`;
  for (let round = 0; round < 5; round++) {
    for (let number = 0; number < 200; number++) await log.write(line(round * 200 + number));
    // The watch is told by the kernel, in its own time.
    await vi.waitFor(async () => expect((await stat(path)).size).toBeLessThanOrEqual(limit));
  }
  await log.write('the last words\n');
  await log.close();
  stop();
  expect(errors).toEqual([]);
  expect(await readFile(path, 'utf8')).toMatch(/the last words\n$/);
  const kept = await readFile(`${path}.1`, 'utf8');
  expect(kept.length).toBeLessThanOrEqual(64 * 1024);
  expect(kept).toMatch(/^\d{9} x+$/m);
});

test('a log that is not there is told of and breaks nothing', async () => {
  const errors: unknown[] = [];
  boundLog(join(await folderForTest(), 'none.log'), (error) => errors.push(error))();
  expect(errors).toMatchObject([{ code: 'SYSTEM_CALL_FAILED' }]);
});
