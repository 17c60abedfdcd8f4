import { mkdir, mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadVz } from '../../../src/drivers/vz/addon.ts';
import { describeWithoutFiles } from '../../../src/drivers/vz/configuration.ts';
import { createRawDisk } from '../../../src/drivers/vz/disk.ts';
import { failureOf } from '../../../src/drivers/vz/errors.ts';
import type { MachineDescription, VzNative } from '../../../src/drivers/vz/native-interface.ts';
import { planHardware } from '../../../src/drivers/vz/plan.ts';

/** What the driver takes for granted of the framework, asked of it. script/test-mac runs this on a Mac. */
const isWanted = process.platform === 'darwin' && process.env.TORPOR_VZ !== undefined;

describe.skipIf(!isWanted)('Apple’s framework', () => {
  test('is there, and this program may use it', () => {
    expect(native().hostFacts()).toMatchObject({
      supported: true,
      entitled: true,
      osBuild: expect.stringMatching(/^\d+[A-Z]\d+/),
    });
  });

  test('makes identities that differ and addresses that a machine may have', () => {
    const { createGenericIdentifier, createMacAddress } = native();
    expect(createGenericIdentifier()).not.toBe(createGenericIdentifier());
    const [first = ''] = createMacAddress().split(':');
    expect(Number.parseInt(first, 16) & 0b11).toBe(0b10);
  });

  test('accepts what the driver describes', async () => {
    expect(native().validate(await description())).toBeNull();
  });

  test.each(['full', 'suspendable'] as const)(
    'saves a Linux machine with the profile %s',
    async (profile) => {
      const { hardware } = await planned();
      if (hardware.vz === undefined) throw new Error('no vz');
      const asked = describeWithoutFiles({ ...hardware, vz: { ...hardware.vz, profile } });
      // Null is what Torpor hopes for; anything else belongs into docs/first-day-on-a-mac.md.
      expect(native().validateSaveRestore(asked)).toBeNull();
    },
  );

  test('refuses an identifier that is none instead of making one up', async () => {
    const broken: MachineDescription = {
      ...(await description()),
      platform: { kind: 'generic', machineIdentifier: Buffer.from('nonsense').toString('base64') },
    };
    expect(native().validate(broken)).not.toBeNull();
  });

  test('makes EFI variables once, and never over others', async () => {
    const path = join(await folder(), 'variables.fd');
    native().createEfiVariables(path);
    const { mtimeNs } = await stat(path, { bigint: true });
    expect(failureOf(thrownBy(() => native().createEfiVariables(path)))).toBeDefined();
    expect((await stat(path, { bigint: true })).mtimeNs).toBe(mtimeNs);
  });

  test('opens a machine, refuses to pause what is stopped, and lets it go', async () => {
    const { open, pause, release } = native();
    const handle = await open(await description(), () => {});
    const error = await pause(handle).catch((reason: unknown) => reason);
    expect(failureOf(error)).toMatchObject({ domain: 'VZErrorDomain', code: 4 });
    release(handle);
    expect(failureOf(await pause(handle).catch((reason: unknown) => reason))).toBeDefined();
  });

  test('raises nothing through to JavaScript for a description that is nonsense', () => {
    const nonsense: MachineDescription = JSON.parse('{"cpus":"two"}');
    expect(native().validate(nonsense)).toMatchObject({ domain: 'NSException' });
  });
});

function native(): VzNative {
  const loaded = loadVz();
  if ('code' in loaded) throw new Error(loaded.message);
  return loaded;
}

async function planned() {
  const facts = native().hostFacts();
  const wish = {
    boot: { kind: 'uefi' },
    disks: [],
    iso: null,
    display: 'none',
    network: true,
  } as const;
  return { facts, hardware: await planHardware(native(), facts, { ...wish, disks: [] }) };
}

async function description(): Promise<MachineDescription> {
  const { hardware } = await planned();
  const path = await folder();
  const disk = join(path, 'disk.raw');
  await createRawDisk(disk, 64 * 1024 * 1024);
  const variables = join(path, 'variables.fd');
  native().createEfiVariables(variables);
  return {
    ...describeWithoutFiles(hardware),
    bootLoader: { kind: 'efi', variables },
    storage: [
      {
        kind: 'image',
        identifier: 'vda',
        path: disk,
        readOnly: false,
        caching: 'cached',
        synchronization: 'full',
      },
    ],
  };
}

async function folder(): Promise<string> {
  // The framework follows no links, and the temporary folder of macOS is behind one.
  const base = await mkdtemp(join(await realpath(tmpdir()), 'torpor-vz-'));
  onTestFinished(() => rm(base, { recursive: true, force: true }));
  const path = join(base, 'files');
  await mkdir(path);
  return path;
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}
