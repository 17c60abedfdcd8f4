import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MachineConfig, machineName, parseConfig } from '../../src/core/config.ts';
import { TorporError } from '../../src/core/errors.ts';
import { sampleConfig, sampleHardware } from '../support/samples.ts';
import { leavesOf, objectsOf, replaced, without } from '../support/trees.ts';

const sample = sampleConfig();

describe('a configuration', () => {
  test('comes back from its file as it was written', () => {
    fc.assert(
      fc.property(configs, (config) => {
        expect(parseConfig(JSON.parse(JSON.stringify(config)), 'machine.json')).toEqual(config);
      }),
    );
  });

  test.each(leavesOf(sample))('is refused with the path of a value of another type: %s', (path) => {
    const error = refusalOf(replaced(sample, path, { wrong: true }));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(`machine.json is not valid at ${path}`);
    expect(error.details).toMatchObject({ issues: [{ path: expect.stringContaining(path) }] });
  });

  test.each(leavesOf(sample))('is refused with the path of a value that is missing: %s', (path) => {
    expect(refusalOf(without(sample, path)).message).toContain(path);
  });

  test.each(objectsOf(sample))(
    'is refused with the path of a field that is unknown, in “%s”',
    (path) => {
      const field = path === '' ? 'surprise' : `${path}.surprise`;
      const error = refusalOf(replaced(sample, field, 1));
      expect(error.code).toBe('CONFIG_INVALID');
      expect(error.message).toContain(`at ${field}:`);
    },
  );

  test('is refused with every fault at once in its details', () => {
    const error = refusalOf(
      replaced(replaced(sample, 'hardware.cpus', 0), 'policy.onQuit', 'burn'),
    );
    expect(error.details).toMatchObject({
      issues: [{ path: 'hardware.cpus' }, { path: 'policy.onQuit' }],
    });
  });

  test.each([2, 7, 1e6])('of format %i was written by a newer Torpor', (formatVersion) => {
    const error = refusalOf({ ...sample, formatVersion, inventions: [] });
    expect(error.code).toBe('CONFIG_TOO_NEW');
    expect(error.message).toBe('machine.json was written by a newer Torpor.');
    expect(error.hint).toContain(`format ${formatVersion}; this version knows 1`);
  });

  test.each([0, -1, '1', null])('of format %j never was', (formatVersion) => {
    const error = refusalOf({ ...sample, formatVersion });
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain('at formatVersion');
  });

  test.each([null, undefined, 1, 'text', [], [sample]])('is no %j', (value) => {
    expect(refusalOf(value).code).toBe('CONFIG_INVALID');
  });

  test.each([
    ['hardware.cpus', 0],
    ['hardware.cpus', 65],
    ['hardware.cpus', 1.5],
    ['hardware.memoryMiB', 15],
    ['hardware.memoryMiB', 2 ** 20 + 1],
    ['hardware.memoryMiB', Number.MAX_SAFE_INTEGER],
    ['hardware.machineType', 'q35,accel=kvm'],
    ['hardware.cpuModel', 'max,-smep'],
    ['hardware.boot.kernel', '/etc/passwd'],
    ['hardware.boot.kernel', '../other/vmlinuz'],
    ['hardware.boot.kernel', 'boot//vmlinuz'],
    ['hardware.boot.commandLine', 'quiet\nevil'],
    ['hardware.boot.kind', 'floppy'],
    ['hardware.disks.0.id', 'vda,readonly=on'],
    ['hardware.disks.0.path', 'disks/../../other'],
    ['hardware.disks.0.path', ''],
    ['hardware.disks.0.path', '/disk\0'],
    ['hardware.disks.0.format', 'vmdk'],
    ['hardware.iso', 'install.iso'],
    ['hardware.network.mac', '52:54:00:12:34:5G'],
    ['policy.stopDeadlineSeconds', 0],
    ['id', 'not-a-uuid'],
    ['createdAt', 'yesterday'],
    ['driver', 'vmware'],
  ])('is refused when %s is %j', (path, value) => {
    expect(refusalOf(replaced(sample, path, value)).message).toContain(`at ${path}`);
  });

  test('is refused when two disks have one id', () => {
    const [disk] = sampleHardware.disks;
    expect(refusalOf(replaced(sample, 'hardware.disks', [disk, disk])).message).toContain(
      'at hardware.disks: two disks have the same id',
    );
  });
});

describe('a name', () => {
  test.each(['a', 'Ubuntu 24.04', '.hidden', 'a/b', '日本語', '👩‍👩‍👧‍👧 family', 'x'.repeat(200)])(
    'may be %j',
    (name) => {
      expect(machineName.safeParse(name).success).toBe(true);
    },
  );

  test.each([
    ['', 'at least one character'],
    ['x'.repeat(201), 'at most 200 characters'],
    [' a', 'does not begin or end with a space'],
    ['a\u00a0', 'does not begin or end with a space'],
    ['a\nb', 'no control characters'],
    ['a\u0000b', 'no control characters'],
    ['a\u0085b', 'no control characters'],
  ])('may not be %j', (name, why) => {
    expect(machineName.safeParse(name).error?.issues[0]?.message).toContain(why);
  });
});

function refusalOf(value: unknown): TorporError {
  try {
    parseConfig(value, 'machine.json');
  } catch (error) {
    if (error instanceof TorporError) return error;
  }
  throw new Error(`accepted or failed otherwise: ${JSON.stringify(value)}`);
}

const insidePath = fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,2}$/);

const configs: fc.Arbitrary<MachineConfig> = fc.record({
  formatVersion: fc.constant(1),
  id: fc.uuid(),
  name: fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }).filter(isName),
  createdAt: fc
    .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
    .map((date) => date.toISOString()),
  driver: fc.constantFrom('qemu', 'vz', 'memory'),
  hardware: fc.record({
    architecture: fc.constantFrom('x86_64', 'aarch64'),
    machineType: fc.constantFrom('pc-q35-7.2', 'virt-9.1'),
    cpuModel: fc.constantFrom('host', 'max', 'Skylake-Client-v4'),
    cpus: fc.integer({ min: 1, max: 64 }),
    memoryMiB: fc.integer({ min: 16, max: 2 ** 20 }),
    boot: fc.oneof(
      fc.constant({ kind: 'bios' as const }),
      fc.constant({ kind: 'uefi' as const }),
      fc.record({
        kind: fc.constant('kernel' as const),
        kernel: insidePath,
        initrd: fc.option(insidePath),
        commandLine: fc.stringMatching(/^[ -~]{0,50}$/),
      }),
    ),
    disks: fc.uniqueArray(
      fc.record({
        id: fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/),
        path: fc.oneof(
          insidePath,
          insidePath.map((path) => `/${path}`),
        ),
        format: fc.constantFrom('raw', 'qcow2'),
        readOnly: fc.boolean(),
      }),
      { maxLength: 4, selector: ({ id }) => id },
    ),
    iso: fc.option(insidePath.map((path) => `/${path}`)),
    network: fc.option(
      fc.record({
        kind: fc.constant('user' as const),
        mac: fc.stringMatching(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/),
      }),
    ),
    display: fc.constantFrom('none', 'vnc'),
  }),
  policy: fc.record({
    onQuit: fc.constantFrom('suspend', 'stop', 'keepRunning', 'ask'),
    onLaunch: fc.constantFrom('resume', 'leaveSuspended', 'ask'),
    stateMode: fc.constantFrom('instant', 'streamed'),
    stopDeadlineSeconds: fc.integer({ min: 1, max: 3600 }),
  }),
});

function isName(name: string): boolean {
  return machineName.safeParse(name).success;
}
