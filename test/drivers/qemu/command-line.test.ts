import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Disk, Hardware } from '../../../src/core/config.ts';
import { parseConfig } from '../../../src/core/config.ts';
import { type CommandLineInput, commandLine } from '../../../src/drivers/qemu/command-line.ts';
import { sampleConfig, sampleHardware } from '../../support/samples.ts';

/**
 * Whatever a path, a name or a kernel command line says, QEMU is given the same options with the same
 * keys: nothing that comes from a bundle becomes an option.
 */

/** Text that would mean something to QEMU's option parser, to a shell or to JSON, and any other. */
const hostile = fc.oneof(
  fc.constantFrom(
    ...[',id=evil', ',,', ',', '=', 'a,server=on', '"', '"}', "','", '\\', '$(id)', '%s', ' -S '],
    ...['-incoming', '-device', 'json:{}', 'file:', 'exec:id', 'fat:rw:/', 'nbd://x', '\n', 'é𝕏'],
  ),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\0', '')),
);
const path = fc.array(hostile, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('')}`);
const kernelLine = fc.array(hostile, { maxLength: 4 }).map((parts) => parts.join(''));

interface Contents {
  readonly paths: readonly string[];
  readonly commandLine: string;
}

const contents = fc.record({
  paths: fc.array(path, { minLength: 14, maxLength: 14 }),
  commandLine: kernelLine,
});

const plain: Contents = { paths: Array.from({ length: 14 }, (_, i) => `/p${i}`), commandLine: 'x' };

const disks: Disk[] = [
  { id: 'vda', path: 'disks/a', format: 'raw', readOnly: false },
  { id: 'vdb', path: 'disks/b', format: 'qcow2', readOnly: true },
];

type Shape = Pick<Hardware, 'architecture' | 'display'> & { readonly boot: 'kernel' | 'uefi' };

const shapes: readonly Shape[] = [
  { architecture: 'x86_64', display: 'vnc', boot: 'kernel' },
  { architecture: 'aarch64', display: 'none', boot: 'uefi' },
];

function inputOf({ architecture, display, boot }: Shape, { paths, commandLine: line }: Contents) {
  const at = (index: number): string => paths[index] ?? '/';
  const input: CommandLineInput = {
    id: '3f0c7f5e-4f0e-4b0f-9d55-0f6f3f2b9a11',
    hardware: {
      ...sampleHardware,
      architecture,
      display,
      disks,
      iso: at(0),
      boot:
        boot === 'uefi'
          ? { kind: 'uefi' }
          : { kind: 'kernel', kernel: 'boot/k', initrd: 'boot/i', commandLine: line },
    },
    accelerator: 'tcg',
    memory: { kind: 'file', path: at(1) },
    diskPaths: [at(2), at(3)],
    kernel: { kernel: at(4), initrd: at(5) },
    firmware: { code: at(6), variables: at(7) },
    sockets: {
      ...{ qmp: at(8), serial: at(9), guestAgent: at(10), vnc: at(11), incoming: at(12) },
      ready: at(13),
    },
    pidFile: at(0),
    sandbox: true,
    incoming: false,
  };
  return input;
}

/** As QEMU's keyval and QemuOpts parsers read an argument: a comma separates, two are one. */
function keysOf(argument: string): readonly string[] {
  if (argument.startsWith('{')) return jsonKeys(JSON.parse(argument));
  const parts = argument.replaceAll(',,', '\u0001').split(',');
  return parts.map((part) => part.split('=', 1)[0]?.replaceAll('\u0001', ',') ?? '');
}

function jsonKeys(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    key,
    ...jsonKeys(inner).map((below) => `${key}.${below}`),
  ]);
}

/** These options take the whole next argument as a path or text, with no syntax in it. */
const opaque = new Set(['-kernel', '-initrd', '-append', '-pidfile']);

function structureOf(args: readonly string[]): unknown[] {
  return args.map((argument, index) => {
    const option = args[index - 1] ?? '';
    if (opaque.has(option)) return 'text';
    // The first part of these is the value itself.
    if (option === '-vnc') return keysOf(argument).slice(1);
    return argument.startsWith('-') ? argument : keysOf(argument);
  });
}

describe.each(shapes)('$architecture, $boot', (shape) => {
  test('the structure of the arguments never depends on what is in them', () => {
    const expected = structureOf(commandLine(inputOf(shape, plain)));
    fc.assert(
      fc.property(contents, (given) => {
        expect(structureOf(commandLine(inputOf(shape, given)))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('every path arrives as it is', () => {
    fc.assert(
      fc.property(contents, (given) => {
        const args = commandLine(inputOf(shape, given));
        const values = args.flatMap((argument) =>
          argument.startsWith('{')
            ? [...argument.matchAll(/"(?:filename|mem-path)":("(?:[^"\\]|\\.)*")/g)].map(
                ([, text = '']) => JSON.parse(text),
              )
            : [],
        );
        const [iso, memory, first, second] = given.paths;
        expect(values).toEqual(expect.arrayContaining([iso, memory, first, second]));
      }),
      { numRuns: 200 },
    );
  });
});

test.each([
  ['a machine type', { machineType: 'pc,accel=kvm' }],
  ['a CPU model', { cpuModel: 'max,+evil' }],
  ['a MAC address', { network: { kind: 'user', mac: '52:54:00:12:34:56,id=x' } }],
  ['a disk’s id', { disks: [{ id: 'vda,x=y', path: 'disks/a', format: 'raw', readOnly: false }] }],
  ['a disk’s format', { disks: [{ id: 'vda', path: 'a', format: 'vvfat', readOnly: false }] }],
  [
    'a path that climbs out',
    { disks: [{ id: 'a', path: '../a', format: 'raw', readOnly: false }] },
  ],
  ['a protocol for a path', { iso: 'nbd://evil' }],
])('%s that would be an option is no configuration', (_what, changes) => {
  const config = sampleConfig();
  const value = { ...config, hardware: { ...config.hardware, ...changes } };
  expect(() => parseConfig(value, 'x')).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID' }),
  );
});
