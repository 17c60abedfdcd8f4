import { z } from 'zod';
import { TorporError } from './errors.ts';
import { vzHardware } from './vz-hardware.ts';

/**
 * The configuration of a machine, as `machine.json` in its bundle holds it. It is validated on every
 * read; a value or a field that this version does not know is refused with its path, because
 * guessing could open a newer bundle wrongly.
 */
export const configFormatVersion = 1;

export const driverIds = ['qemu', 'vz', 'memory'] as const;
export const architectures = ['x86_64', 'aarch64'] as const;
export const stateModes = ['instant', 'streamed'] as const;
/** `vnc` is QEMU's, `window` a native window of Apple's framework. */
export const displays = ['none', 'vnc', 'window'] as const;

export const machineName = z
  .string()
  .min(1, 'a name needs at least one character')
  .max(200, 'a name has at most 200 characters')
  .refine((name) => name.trim() === name, 'a name does not begin or end with a space')
  .refine((name) => !hasControlCharacter(name), 'a name holds no control characters');

/** A path inside the bundle; never absolute, never climbing out. */
const bundlePath = z.string().min(1).refine(isInsideBundle, 'must be a path inside the bundle');

const absolutePath = z
  .string()
  .refine((path) => path.startsWith('/') && !path.includes('\0'), 'must be an absolute path');

/** Commas and equals signs separate options on a hypervisor's command line, so ids have neither. */
const shortId = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be a short lower-case id');

const disk = z.strictObject({
  id: shortId,
  /** Inside the bundle, or absolute for an image that stays where it is. */
  path: z.union([bundlePath, absolutePath]),
  format: z.enum(['raw', 'qcow2']),
  readOnly: z.boolean(),
});

const boot = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bios') }),
  z.strictObject({ kind: z.literal('uefi') }),
  z.strictObject({
    kind: z.literal('kernel'),
    kernel: bundlePath,
    initrd: bundlePath.nullable(),
    commandLine: z
      .string()
      .max(2048)
      .refine((line) => !hasControlCharacter(line)),
  }),
  z.strictObject({ kind: z.literal('macos') }),
]);

const hardware = z.strictObject({
  architecture: z.enum(architectures),
  /** A versioned machine type, never an alias: what `q35` means changes with each QEMU. */
  machineType: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,60}$/),
  /** The CPU model by name, or `host`. */
  cpuModel: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,60}$/),
  cpus: z.int().min(1).max(64),
  memoryMiB: z
    .int()
    .min(16)
    .max(1024 * 1024),
  boot,
  disks: z.array(disk).max(16).refine(haveUniqueIds, 'two disks have the same id'),
  /** An installation medium, attached read-only. */
  iso: absolutePath.nullable(),
  network: z
    .strictObject({
      /** `user` is QEMU's own network, `nat` the one of Apple's framework. */
      kind: z.enum(['user', 'nat']),
      mac: z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, 'must be a MAC address'),
    })
    .nullable(),
  display: z.enum(displays),
  /** What machines of Apple's framework have beyond the rest; absent for every other driver. */
  vz: vzHardware.exactOptional(),
});

/** The native window of a machine whose display is `window`. */
export const windowPolicy = z.strictObject({
  onClose: z.enum(['suspend', 'keepRunning', 'ask']),
  /** `follow` gives the guest another resolution whenever the window is resized. */
  resize: z.enum(['fixed', 'follow']),
  /** Whether the guest gets the keys that the host would otherwise act on. */
  capturesSystemKeys: z.boolean(),
});

export const memoryTargetMiB = z
  .int()
  .min(16)
  .max(1024 * 1024);

const policy = z.strictObject({
  onQuit: z.enum(['suspend', 'stop', 'keepRunning', 'ask']),
  onLaunch: z.enum(['resume', 'leaveSuspended', 'ask']),
  /** `instant` keeps guest memory in a file while running; `streamed` writes it when suspending. */
  stateMode: z.enum(stateModes),
  /** How long a guest that was asked to stop may take. */
  stopDeadlineSeconds: z.int().min(1).max(3600),
  /** Absent means defaultWindowPolicy. */
  window: windowPolicy.exactOptional(),
  /** What the guest is asked to keep of its memory, the rest being the host’s; absent means all of it. */
  memoryTargetMiB: memoryTargetMiB.exactOptional(),
  /** Saved states are encrypted with a key in the system's keychain; absent means they are not. */
  encryptStates: z.boolean().exactOptional(),
});

const machineConfig = z.strictObject({
  formatVersion: z.literal(configFormatVersion),
  id: z.uuid(),
  name: machineName,
  createdAt: z.iso.datetime(),
  driver: z.enum(driverIds),
  hardware,
  policy,
});

export type DriverId = (typeof driverIds)[number];
export type Architecture = (typeof architectures)[number];
export type StateMode = (typeof stateModes)[number];
export type MachineConfig = z.infer<typeof machineConfig>;
export type Hardware = MachineConfig['hardware'];
export type Policy = MachineConfig['policy'];
export type Disk = Hardware['disks'][number];
export type Boot = Hardware['boot'];
export type WindowPolicy = NonNullable<Policy['window']>;
export type { VzHardware } from './vz-hardware.ts';

export const defaultPolicy: Policy = {
  onQuit: 'suspend',
  onLaunch: 'resume',
  stateMode: 'instant',
  stopDeadlineSeconds: 60,
};

/** What the window of a machine does whose policy says nothing of it. */
export const defaultWindowPolicy: WindowPolicy = {
  onClose: 'ask',
  resize: 'fixed',
  capturesSystemKeys: false,
};

/**
 * The configuration in `value`, which came from outside. `source` names it in messages. Throws
 * CONFIG_TOO_NEW for a later format and CONFIG_INVALID with the path of each refused field.
 */
export function parseConfig(value: unknown, source: string): MachineConfig {
  assertKnownFormat(value, configFormatVersion, source);
  return parseWith(machineConfig, value, source);
}

/** `value` if `schema` accepts it whole; CONFIG_INVALID with every refused field's path otherwise. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, source: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.flatMap(describeIssue);
  const first = issues[0];
  const where = first?.path ? ` at ${first.path}` : '';
  throw new TorporError('CONFIG_INVALID', `${source} is not valid${where}: ${first?.message}.`, {
    details: { issues },
    cause: result.error,
  });
}

/** An unknown field is reported at the object that holds it; a person looks for the field. */
function describeIssue(issue: z.core.$ZodIssue): { path: string; message: string }[] {
  const paths =
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => [...issue.path, key])
      : [issue.path];
  return paths.map((path) => ({ path: path.join('.'), message: issue.message }));
}

/** Throws CONFIG_TOO_NEW when `value` says it was written in a later format than `known`. */
export function assertKnownFormat(value: unknown, known: number, source: string): void {
  const version =
    typeof value === 'object' && value !== null && 'formatVersion' in value
      ? value.formatVersion
      : undefined;
  if (typeof version === 'number' && version > known) {
    throw new TorporError('CONFIG_TOO_NEW', `${source} was written by a newer Torpor.`, {
      hint: `It has format ${version}; this version knows ${known}. Update Torpor to use it.`,
      details: { formatVersion: version, known },
    });
  }
}

function isInsideBundle(path: string): boolean {
  return (
    !path.startsWith('/') &&
    !path.includes('\0') &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

function haveUniqueIds(disks: readonly { id: string }[]): boolean {
  return new Set(disks.map((one) => one.id)).size === disks.length;
}

function hasControlCharacter(text: string): boolean {
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return true;
  }
  return false;
}
