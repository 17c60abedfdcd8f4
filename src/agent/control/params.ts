import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { Params, RequestName } from '../../contract/requests.ts';
import {
  architectures,
  displays,
  driverIds,
  machineName,
  memoryTargetMiB,
  stateModes,
  windowPolicy,
} from '../../core/config.ts';
import { TorporError } from '../../core/errors.ts';
import { saveReasons } from '../../core/saved-state/manifest.ts';
import { vzChanges } from '../../core/vz-hardware.ts';

/** What a client sends is checked against these before anything looks at it. */

const reference = z.string().min(1).max(4096);
const absolutePath = z
  .string()
  .max(4096)
  .refine((path) => isAbsolute(path) && !path.includes('\0'), 'must be an absolute path');
const cpus = z.int().min(1).max(64);
const memoryMiB = z
  .int()
  .min(16)
  .max(1024 * 1024);
const format = z.enum(['raw', 'qcow2']);
const display = z.enum(displays);
const reason = z.enum(saveReasons);

const nothing = z.strictObject({});
const machine = z.strictObject({ machine: reference });

const policyShape = {
  onQuit: z.enum(['suspend', 'stop', 'keepRunning', 'ask']).exactOptional(),
  onLaunch: z.enum(['resume', 'leaveSuspended', 'ask']).exactOptional(),
  stateMode: z.enum(stateModes).exactOptional(),
  stopDeadlineSeconds: z.int().min(1).max(3600).exactOptional(),
  encryptStates: z.boolean().exactOptional(),
};
const download = z.strictObject({ download: z.string().min(1).max(200) });
/** An address or a path. */
const catalogue = z.union([z.url({ protocol: /^https?$/ }).max(4096), absolutePath]).nullable();

const policy = z.strictObject({
  ...policyShape,
  window: windowPolicy.exactOptional(),
  memoryTargetMiB: memoryTargetMiB.exactOptional(),
});
const policyChanges = z.strictObject({
  ...policyShape,
  window: z
    .strictObject({
      onClose: windowPolicy.shape.onClose.exactOptional(),
      resize: windowPolicy.shape.resize.exactOptional(),
      capturesSystemKeys: windowPolicy.shape.capturesSystemKeys.exactOptional(),
    })
    .exactOptional(),
  memoryTargetMiB: memoryTargetMiB.nullable().exactOptional(),
});

const newDisk = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('empty'),
    bytes: z
      .int()
      .min(1)
      .max(2 ** 46),
    format,
  }),
  z.strictObject({ kind: z.literal('copy'), from: absolutePath, format }),
  z.strictObject({
    kind: z.literal('inPlace'),
    path: absolutePath,
    format,
    readOnly: z.boolean(),
  }),
]);

const create = z.strictObject({
  name: machineName,
  driver: z.enum(driverIds).exactOptional(),
  architecture: z.enum(architectures).exactOptional(),
  cpus: cpus.exactOptional(),
  memoryMiB: memoryMiB.exactOptional(),
  boot: z.union([
    z.literal('bios'),
    z.literal('uefi'),
    z.strictObject({
      kernel: absolutePath,
      initrd: absolutePath.exactOptional(),
      commandLine: z.string().max(2048).exactOptional(),
    }),
    z.strictObject({ restoreImage: absolutePath, despiteUnknown: z.boolean() }),
  ]),
  disks: z.array(newDisk).max(16),
  iso: absolutePath.exactOptional(),
  network: z.boolean(),
  display,
  policy,
});

const changes = z.strictObject({
  cpus: cpus.exactOptional(),
  memoryMiB: memoryMiB.exactOptional(),
  iso: absolutePath.nullable().exactOptional(),
  display: display.exactOptional(),
  policy: policyChanges.exactOptional(),
  vz: vzChanges.exactOptional(),
});

const schemas = {
  'state.get': nothing,
  'events.subscribe': z.strictObject({ kinds: z.array(z.enum(['state', 'notice'])).max(2) }),
  'machine.create': create,
  'machine.show': machine,
  'machine.start': machine.extend({ cold: z.boolean() }),
  'machine.pause': machine,
  'machine.resume': machine,
  'machine.suspend': machine.extend({ reason }),
  'machine.suspendAll': z.strictObject({ reason }),
  'machine.stop': machine.extend({ force: z.boolean() }),
  'machine.cancel': machine,
  'machine.compact': machine,
  'machine.discardState': machine,
  'machine.outside': machine,
  'machine.trust': machine.extend({ outside: z.array(z.string().max(8192)).max(1000) }),
  'machine.clean': machine,
  'machine.renew': machine.extend({ name: machineName.nullable() }),
  'machine.verify': machine.extend({ background: z.boolean() }),
  'machine.rename': machine.extend({ name: machineName }),
  'machine.clone': machine.extend({ name: machineName }),
  'machine.delete': machine.extend({ permanently: z.boolean() }),
  'machine.set': machine.extend({ changes }),
  'machine.screenshot': machine,
  'machine.frame': machine,
  'machine.console': machine,
  'machine.display': machine,
  'machine.window': machine.extend({ shown: z.boolean() }),
  'machine.noteInput': machine,
  'images.list': z.strictObject({ catalogue }),
  'download.start': z.strictObject({
    catalogue,
    url: z.url({ protocol: /^https?$/ }).max(4096),
    anyway: z.boolean(),
    limit: z.int().min(1024).nullable(),
  }),
  'download.pause': download,
  'download.resume': download,
  'download.cancel': download,
  'download.discard': download,
  'host.check': nothing,
  'agent.setIdle': z.strictObject({ minutes: z.int().min(1).max(1440).nullable() }),
  'agent.setCleaning': z.strictObject({ days: z.int().min(1).max(3650).nullable() }),
  'agent.setCompaction': z.strictObject({ days: z.int().min(1).max(3650).nullable() }),
  'agent.setDigests': z.strictObject({ background: z.boolean() }),
  'agent.stop': z.strictObject({ reason }),
} as const;

type Schemas = typeof schemas;

/** A type without `readonly` and with intersections merged, so that two spellings of it are one. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

type Checked = {
  readonly [Name in RequestName]: Name extends keyof Schemas
    ? Same<Plain<z.output<Schemas[Name]>>, Plain<Params<Name>>>
    : false;
};

/** Does not compile when a schema and the contract disagree; the message names the request. */
type Agreeing<T extends { readonly [Name in RequestName]: true }> = T;

const schemaOf: { readonly [Name in keyof Agreeing<Checked>]: z.ZodType<Params<Name>> } = schemas;

export function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(schemas, name);
}

/** `params` as the contract types them. Throws BAD_REQUEST with the path of each refused field. */
export function parseParams<Name extends RequestName>(name: Name, params: unknown): Params<Name> {
  const result = schemaOf[name].safeParse(params);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 20).map(({ path, message }) => ({
    path: path.join('.'),
    message,
  }));
  const first = issues[0];
  const where = first?.path ? `${first.path}: ` : '';
  throw new TorporError('BAD_REQUEST', `${name} cannot be called so: ${where}${first?.message}.`, {
    details: { issues },
  });
}
