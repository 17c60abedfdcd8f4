import { z } from 'zod';
import { parseBuild } from '../build-number.ts';
import { unsayable } from '../phrases.ts';
import { isVersion } from '../version.ts';

/**
 * The form of the table of combinations that are known not to work whatever one installs. It ships
 * with Torpor, a newer one can be fetched when it is signed, and anybody can add rows of their own.
 */

const version = z.string().refine(isVersion, 'must be a version such as 26.5.1');
const build = z
  .string()
  .refine((text) => parseBuild(text) !== undefined, 'must be a build such as 26A5353q');

/** `from` and `to` belong to the range, `above` and `below` do not. */
const versionRange = z.strictObject({
  from: version.optional(),
  above: version.optional(),
  to: version.optional(),
  below: version.optional(),
});

const buildRange = z.strictObject({
  from: build.optional(),
  above: build.optional(),
  to: build.optional(),
  below: build.optional(),
});

const system = z.strictObject({
  versions: versionRange.optional(),
  builds: buildRange.optional(),
  seed: z.boolean().optional(),
});

const text = z.string().trim().min(1).max(600);

/** Both editions; what the store's edition says must not name what Apple has not released. */
const texts = z.strictObject({
  direct: text,
  appStore: text.refine((value) => !unsayable.test(value), {
    message: 'must not name prerelease software',
  }),
});

const step = z.strictObject({
  text: texts,
  command: z.string().max(300).optional(),
  link: z.url({ protocol: /^https$/ }).optional(),
});

const date = z.iso.date();

export const rowSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{2,60}$/),
  /** All that is given must hold. */
  when: z.strictObject({
    guest: system.optional(),
    host: system.optional(),
    mobileDevice: versionRange.optional(),
    /** A prerelease Xcode of this major is on the host. */
    prereleaseXcode: z.int().optional(),
    signingServer: z.literal('blocked').optional(),
    /** For explaining failures: the framework's error says this. */
    error: z.string().min(4).max(200).optional(),
  }),
  /** `install`: before an installation; `upgrade`: of a guest from inside; `open`: of a machine made elsewhere. */
  moment: z.enum(['install', 'upgrade', 'open']),
  outcome: z.enum(['fail', 'warn', 'unknown']),
  effect: texts,
  remedy: z.array(step).max(8),
  restart: z.boolean().default(false),
  /** `device-support`: one more way of saying that it is too old; the check of it has the better remedy. */
  cause: z.literal('device-support').optional(),
  source: z.array(z.string().min(1).max(200)).min(1),
  /** Days on which the row holds; null when no end is known. */
  from: date,
  until: date.nullable(),
});

/** What people report about hosts and guests by major, when the image's own demands are met. */
const pairSchema = z.strictObject({
  host: z.int(),
  guest: z.int(),
  report: z.enum(['works', 'works-with-device-support', 'fails', 'none']),
});

export const tableSchema = z.strictObject({
  format: z.literal(1),
  /** Grows with every table; an older one is never taken. */
  serial: z.int().positive(),
  issued: date,
  coverage: z.strictObject({
    /** Newest versions anybody had tried when the table was made. */
    guest: version,
    host: version,
    /** Newest macOS that was public. */
    released: version,
  }),
  pairs: z.array(pairSchema).max(400),
  rows: z.array(rowSchema).max(1000),
});

/** Rows of a person's or an administrator's own. */
export const additionSchema = z.strictObject({
  format: z.literal(1),
  rows: z.array(rowSchema).max(1000),
});

export type Row = z.output<typeof rowSchema>;
export type Pair = z.output<typeof pairSchema>;
export type Table = z.output<typeof tableSchema>;
export type VersionRange = z.output<typeof versionRange>;
export type BuildRange = z.output<typeof buildRange>;
