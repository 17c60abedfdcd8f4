import { z } from 'zod';

/**
 * What a machine of Apple's Virtualization framework has beyond the hardware of every machine. All of
 * it counts for a saved state: a device more or less, or another identifier, and the framework refuses
 * to restore.
 */

/** Opaque bytes of the framework's (an identifier, a hardware model), as base64. */
const opaque = z
  .base64()
  .min(4)
  .max(16 * 1024);

const folder = z
  .string()
  .refine((path) => path.startsWith('/') && !path.includes('\0'), 'must be an absolute path');

/** The schemes of the NBD URI specification. */
const nbdUrl = z
  .string()
  .max(2000)
  .regex(/^nbds?(\+unix)?:\/\/[!-~]+$/, 'must be an NBD address, with special characters escaped');

const display = z.strictObject({
  width: z.int().min(320).max(16_384),
  height: z.int().min(200).max(16_384),
  /** macOS guests draw for a Retina screen from about 226 on; Linux guests are not told. */
  pixelsPerInch: z.int().min(40).max(600),
});

export const vzHardware = z.strictObject({
  /** `suspendable` leaves out the devices that an older macOS cannot save. */
  profile: z.enum(['full', 'suspendable']),
  /** Who the guest is. Renewing any of it makes a saved state useless, so nothing renews it silently. */
  guest: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('macos'),
      hardwareModel: opaque,
      machineIdentifier: opaque,
    }),
    z.strictObject({ kind: z.literal('generic'), machineIdentifier: opaque }),
  ]),
  display: display.nullable(),
  audio: z.enum(['none', 'output', 'inputAndOutput']),
  /** Shares the clipboard with a guest that runs a SPICE agent. */
  clipboard: z.boolean(),
  /** Lets a Linux guest run x86-64 programs, where the Mac has Rosetta installed. */
  rosetta: z.boolean(),
  sharedFolders: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(100),
        path: folder,
        readOnly: z.boolean(),
      }),
    )
    .max(32)
    .refine(haveUniqueNames, 'two shared folders have the same name'),
  /** Disks behind a network block device server. Core cannot fingerprint what is in them. */
  networkDisks: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'must be a short lower-case id'),
        url: nbdUrl,
        readOnly: z.boolean(),
        timeoutSeconds: z.int().min(1).max(3600),
      }),
    )
    .max(16),
});

export type VzHardware = z.infer<typeof vzHardware>;

/** What of it a person can change; who the guest is stays. */
export const vzChanges = z.strictObject({
  profile: vzHardware.shape.profile.exactOptional(),
  display: vzHardware.shape.display.exactOptional(),
  audio: vzHardware.shape.audio.exactOptional(),
  clipboard: vzHardware.shape.clipboard.exactOptional(),
  rosetta: vzHardware.shape.rosetta.exactOptional(),
  sharedFolders: vzHardware.shape.sharedFolders.exactOptional(),
  networkDisks: vzHardware.shape.networkDisks.exactOptional(),
});

function haveUniqueNames(folders: readonly { name: string }[]): boolean {
  return new Set(folders.map(({ name }) => name.toLowerCase())).size === folders.length;
}
