import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { machineRequest, tempLibrary } from '../../support/temp-library.ts';

test('a machine has a picture while its guest is there, and keeps the last one while it is not', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const machine = 'Demo';
  await agent.handle['machine.create'](machineRequest(machine));
  expect(await agent.handle['machine.frame']({ machine })).toEqual({ png: null });

  await agent.handle['machine.start']({ machine, cold: false });
  const { png } = await agent.handle['machine.frame']({ machine });
  expect(Buffer.from(png ?? '', 'base64').toString('latin1', 1, 4)).toBe('PNG');

  await agent.handle['machine.suspend']({ machine, reason: 'user' });
  expect(await agent.handle['machine.frame']({ machine })).toEqual({ png });
});

test('what lies in the place of a last frame is neither followed nor waited for', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const machine = 'Demo';
  const { path } = await agent.handle['machine.create'](machineRequest(machine));
  const frame = join(path, 'last-frame.png');
  const elsewhere = join(library.path, 'elsewhere.png');
  await writeFile(elsewhere, 'a picture');
  await symlink(elsewhere, frame);
  await expect(agent.handle['machine.frame']({ machine })).rejects.toMatchObject({ code: 'ELOOP' });
  await rm(frame);
  await mkdir(frame);
  expect(await agent.handle['machine.frame']({ machine })).toEqual({ png: null });
});
