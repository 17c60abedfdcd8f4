import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { TorporError } from '../../core/errors.ts';
import { type Table, tableSchema } from './schema.ts';

/** A table is at most this long; the one that ships has 20 KB. */
export const longestTable = 2 << 20;

const envelopeSchema = z.strictObject({
  /** The table as JSON text: exactly these bytes are signed. */
  table: z.string().max(longestTable),
  /** Ed25519, base64. */
  signature: z.string().max(120),
});

/** The text that `torpor preflight update` takes. The key stays with whoever makes releases. */
export function signTable(table: string, privateKey: KeyObject): string {
  const signature = sign(null, Buffer.from(table), privateKey).toString('base64');
  return JSON.stringify({ table, signature });
}

/** The table of a signed text. Throws TABLE_REFUSED when unsigned, signed by someone else, or malformed. */
export function verifyTable(text: string, publicKeys: readonly KeyObject[]): Table {
  if (text.length > longestTable) throw refused('it is too large');
  const envelope = envelopeSchema.safeParse(json(text));
  if (!envelope.success) throw refused('it carries no signature');
  const { table, signature } = envelope.data;
  const bytes = Buffer.from(table);
  const proof = Buffer.from(signature, 'base64');
  if (!publicKeys.some((key) => verify(null, bytes, key, proof))) {
    throw refused('its signature is not that of Torpor’s makers');
  }
  const parsed = tableSchema.safeParse(json(table));
  if (!parsed.success) throw refused(`it is malformed: ${firstIssue(parsed.error)}`);
  return parsed.data;
}

export function publicKeyOf(base64: string): KeyObject {
  return createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
}

export function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'unreadable' : `${issue.path.join('.')}: ${issue.message}`;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(why: string): TorporError {
  return new TorporError(
    'TABLE_REFUSED',
    `The table of known problems was refused: ${why}. The one in use stays.`,
    { hint: 'Take the table from Torpor’s own page of releases.' },
  );
}
