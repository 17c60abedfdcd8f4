import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/core/config.ts';
import type { HardwareWish } from '../../../src/core/driver.ts';
import { createVzDriver } from '../../../src/drivers/vz/driver.ts';
import { createHost } from '../../../src/storage/host.ts';
import { createVzWorld } from './support/world.ts';

const wish: HardwareWish = {
  boot: { kind: 'uefi' },
  disks: [],
  iso: null,
  display: 'window',
  network: true,
};

describe('planning', () => {
  test('gives a Linux guest an identity of its own and a display', async () => {
    const { driver } = await createVzWorld();
    const hardware = await driver.plan(wish);
    expect(hardware).toMatchObject({
      architecture: 'aarch64',
      memoryMiB: 4096,
      network: { kind: 'nat' },
      vz: { guest: { kind: 'generic' }, display: { width: 1920, height: 1080 }, audio: 'output' },
    });
    const other = await driver.plan(wish);
    expect(other.vz?.guest.machineIdentifier).not.toBe(hardware.vz?.guest.machineIdentifier);
  });

  test('gives a macOS guest what its image asks for, and no fewer than four processors', async () => {
    const { configOf } = await createVzWorld();
    const config = await configOf({ boot: { kind: 'macos' } });
    expect(config.hardware).toMatchObject({
      cpus: 4,
      memoryMiB: 8192,
      vz: {
        guest: { kind: 'macos', hardwareModel: Buffer.from('model:vmac2').toString('base64') },
      },
    });
    expect(config.hardware.vz?.display).not.toBeNull();
    expect(parseConfig(config, 'The plan')).toEqual(config);
  });

  test.each([
    ['lenient', 'full'],
    ['strict', 'suspendable'],
  ] as const)('where saving is %s a macOS guest gets the profile %s', async (savable, profile) => {
    const { configOf } = await createVzWorld({ savable });
    const { hardware } = await configOf({ boot: { kind: 'macos' }, display: 'window' });
    expect(hardware.vz?.profile).toBe(profile);
  });

  test.each([
    ['another architecture', { architecture: 'x86_64' }, /aarch64/],
    ['BIOS', { boot: { kind: 'bios' } }, /BIOS/],
    ['VNC', { display: 'vnc' }, /VNC/],
    ['too many processors', { cpus: 9 }, /1 to 8/],
    ['too little memory', { memoryMiB: 1 }, /MiB/],
    ['qcow2', { disks: [{ id: 'a', path: 'a', format: 'qcow2', readOnly: false }] }, /raw/],
  ] as const)('refuses %s', async (_what, changes, message) => {
    const { driver } = await createVzWorld();
    const refused = driver.plan({ ...wish, ...changes } as HardwareWish);
    await expect(refused).rejects.toMatchObject({
      code: 'CAPABILITY_MISSING',
      message: expect.stringMatching(message),
    });
  });

  test('refuses macOS guests on an Intel Mac, and without an image', async () => {
    const intel = await createVzWorld({ facts: { architecture: 'x86_64', canRunMacos: false } });
    const macos: HardwareWish = { ...wish, boot: { kind: 'macos' }, restoreImage: intel.image };
    await expect(intel.driver.plan(macos)).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' });
    const { driver } = await createVzWorld();
    const without = driver.plan({ ...macos, restoreImage: undefined });
    await expect(without).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('tells a kernel of the console that the framework has', async () => {
    const { driver } = await createVzWorld();
    const commandLine = 'quiet console=ttyAMA0 root=/dev/vda';
    const boot = { kind: 'kernel', kernel: 'boot/kernel', initrd: null, commandLine } as const;
    expect((await driver.plan({ ...wish, boot })).boot).toEqual({
      ...boot,
      commandLine: 'quiet console=hvc0 root=/dev/vda',
    });
  });
});

describe('identity', () => {
  test('a clone gets another identifier and address, and keeps the hardware model', async () => {
    const { configOf, driver } = await createVzWorld();
    const { hardware } = await configOf({ boot: { kind: 'macos' } });
    const renewed = await driver.renew(hardware);
    const { vz, network } = hardware;
    if (vz?.guest.kind !== 'macos') throw new Error('no macOS guest');
    expect(renewed.network?.mac).not.toBe(network?.mac);
    expect(renewed.vz?.guest).toMatchObject({ hardwareModel: vz.guest.hardwareModel });
    expect(renewed.vz?.guest.machineIdentifier).not.toBe(vz.guest.machineIdentifier);
  });

  test('an identifier that cannot be read is refused, never replaced', async () => {
    const { create } = await createVzWorld();
    const machineIdentifier = Buffer.from('nonsense').toString('base64');
    const machine = await create({ vz: { guest: { kind: 'generic', machineIdentifier } } });
    await expect(machine.start()).rejects.toMatchObject({
      code: 'HYPERVISOR_FAILED',
      message: expect.stringContaining('identifier'),
    });
  });

  test('firmware variables are never made over others', async () => {
    const { driver, create } = await createVzWorld();
    const { bundle, config } = await create();
    await expect(driver.prepare(bundle, config.hardware)).rejects.toMatchObject({
      code: 'HYPERVISOR_FAILED',
      details: { framework: { underlying: [{ domain: 'NSPOSIXErrorDomain', code: 17 }] } },
    });
  });
});

describe('availability', () => {
  test('tells what this Mac can do', async () => {
    const { driver } = await createVzWorld();
    const availability = await driver.availability();
    expect(availability).toMatchObject({ available: true, version: '15.5' });
    expect(availability.facts.map(({ verdict }) => verdict)).not.toContain('bad');
  });

  test.each([
    [{ supported: false }, /cannot run/],
    [{ entitled: false }, /signed/],
  ])('%j makes it unavailable, with the reason', async (facts, message) => {
    const { driver } = await createVzWorld({ facts });
    expect(await driver.availability()).toMatchObject({
      available: false,
      problem: { code: 'HYPERVISOR_UNAVAILABLE', message: expect.stringMatching(message) },
    });
  });

  test('without the native part everything says why, and nothing ran', async () => {
    const problem = { code: 'HYPERVISOR_UNAVAILABLE', message: 'Not on this computer.' } as const;
    const driver = createVzDriver({ host: createHost(), native: () => problem, onError: () => {} });
    expect(await driver.availability()).toMatchObject({ available: false, problem });
    await expect(driver.plan(wish)).rejects.toMatchObject(problem);
    const { create } = await createVzWorld();
    const { bundle, config } = await create();
    const place = { bundle, config, runDirectory: bundle.path };
    expect(await driver.adopt(place)).toEqual({ found: 'nothing' });
  });
});
