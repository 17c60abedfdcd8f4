import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { InstallOptions } from '../../../src/core/driver.ts';
import { TorporError } from '../../../src/core/errors.ts';
import { bundleAt } from '../../../src/core/library/bundle.ts';
import { describeMachine } from '../../../src/drivers/vz/configuration.ts';
import { exception, vzFailure } from './stand-in/failures.ts';
import { writeImage } from './stand-in/images.ts';
import { createVzWorld } from './support/world.ts';

const gibibyte = 1024 ** 3;

async function staged() {
  const world = await createVzWorld();
  const path = await mkdtemp(join(tmpdir(), 'torpor-staged-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  const bundle = bundleAt(path);
  const config = await world.configOf({ boot: { kind: 'macos' } });
  const order: string[] = [];
  const install = async (changes: Partial<InstallOptions> = {}): Promise<void> => {
    await world.driver.installMacos?.(
      { bundle, config, runDirectory: path },
      {
        image: world.image,
        diskBytes: 64 * gibibyte,
        preflight: async () => void order.push('preflight'),
        onProgress: (fraction) => void order.push(String(fraction)),
        ...changes,
      },
    );
  };
  const expectNothingLeft = async (): Promise<void> => {
    expect(world.mac.live.size).toBe(0);
    expect(world.mac.lockedFiles.size).toBe(0);
    expect(await filesBelow(path)).toEqual([]);
    expect(JSON.parse(await readFile(world.image, 'utf8'))).toHaveProperty('buildVersion');
  };
  return { ...world, bundle, config, order, install, expectNothingLeft };
}

describe('installing macOS', () => {
  test('asks preflight first, tells how far it is, and leaves a machine that boots', async () => {
    const { install, order, bundle, mac, native, config } = await staged();
    await install();
    expect(order[0]).toBe('preflight');
    expect(order.slice(1)).toEqual([
      '0',
      '0.1',
      '0.2',
      '0.3',
      '0.4',
      '0.5',
      '0.6',
      '0.7',
      '0.8',
      '0.9',
      '1',
    ]);
    expect(await filesBelow(bundle.path)).toEqual(['disks/vda.raw', 'firmware/variables.fd']);
    expect(mac.live.size).toBe(0);
    expect(native.validate(describeMachine(bundle, config.hardware))).toBeNull();
  });

  test('a refusal of preflight leaves nothing', async () => {
    const { install, expectNothingLeft } = await staged();
    const refusal = new TorporError('CAPABILITY_MISSING', 'This Mac is too old.');
    await expect(install({ preflight: () => Promise.reject(refusal) })).rejects.toBe(refusal);
    await expectNothingLeft();
  });

  test.each([
    [vzFailure(10006, 'Update.'), 'INSTALL_FAILED', /device support/],
    [vzFailure(10007, 'Broken.'), 'INSTALL_FAILED', /Broken/],
    [vzFailure(1, 'Internal.'), 'HYPERVISOR_FAILED', /Internal/],
    [vzFailure(8, 'Full.'), 'NO_SPACE', /Full/],
    [exception('A machine can be installed once.'), 'HYPERVISOR_FAILED', /once/],
  ])('%j is told as %s, and nothing is left but the image', async (failure, code, message) => {
    const { install, expectNothingLeft, mac } = await staged();
    mac.failNext('install', failure);
    await expect(install()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      details: { framework: { domain: failure.domain, code: failure.code } },
    });
    await expectNothingLeft();
  });

  test('auxiliary storage that cannot be made leaves nothing', async () => {
    const { install, expectNothingLeft, mac } = await staged();
    mac.failNext('createAuxiliaryStorage', vzFailure(2, 'Invalid.'));
    await expect(install()).rejects.toMatchObject({ code: 'HYPERVISOR_FAILED' });
    await expectNothingLeft();
  });

  test('a third macOS guest is not installed', async () => {
    const { install, expectNothingLeft, boot, mac } = await staged();
    const others = [
      await boot({ boot: { kind: 'macos' } }),
      await boot({ boot: { kind: 'macos' } }),
    ];
    await expect(install()).rejects.toMatchObject({ code: 'GUEST_LIMIT' });
    for (const machine of others) await machine.forceStop();
    expect(mac.live.size).toBe(0);
    await expectNothingLeft();
  });

  test.each(['0', '0.5', '1'])('cancelled at %s, it ends and leaves nothing', async (when) => {
    const { install, expectNothingLeft } = await staged();
    const controller = new AbortController();
    const onProgress = (fraction: number): void => {
      if (String(fraction) === when) controller.abort();
    };
    await expect(install({ signal: controller.signal, onProgress })).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    );
    await expectNothingLeft();
  });

  test('cancelled before the installer can be, it ends at its first progress', async () => {
    const { install, expectNothingLeft, mac, order } = await staged();
    const gate = mac.holdNext('beginInstall');
    const controller = new AbortController();
    const installing = install({ signal: controller.signal });
    await gate.reached;
    controller.abort();
    gate.release();
    await expect(installing).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(order).toEqual(['preflight', '0']);
    await expectNothingLeft();
  });

  test('cancelled while preflight runs, nothing is made', async () => {
    const { install, expectNothingLeft } = await staged();
    const controller = new AbortController();
    const preflight = async (): Promise<void> => controller.abort();
    await expect(install({ signal: controller.signal, preflight })).rejects.toThrow();
    await expectNothingLeft();
  });

  test('what is no restore image is refused with what the framework says of it', async () => {
    const { install, expectNothingLeft, image } = await staged();
    const intact = await readFile(image);
    await writeFile(image, 'half a download');
    await expect(install()).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
    await writeFile(image, intact);
    await expectNothingLeft();
  });

  test('an image that this Mac cannot install is refused when the machine is planned', async () => {
    const { configOf, image } = await staged();
    await writeImage(image, { requirements: null });
    await expect(configOf({ boot: { kind: 'macos' } })).rejects.toMatchObject({
      code: 'CAPABILITY_MISSING',
    });
  });

  test('an image for another hardware model than was planned is refused', async () => {
    const { install, expectNothingLeft, image } = await staged();
    const hardwareModel = Buffer.from('model:vmac3').toString('base64');
    await writeImage(image, { requirements: { hardwareModel, cpus: 2, memoryBytes: gibibyte } });
    await expect(install()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expectNothingLeft();
  });
});

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}
