/** What a page sends is checked against these before anything looks at it, as for every client of the agent. */
import path from 'node:path';
import { z } from 'zod';
import type { AppRequests } from '../../contract/app.ts';
import { TorporError } from '../../core/errors.ts';

const reference = z.string().min(1).max(4096);
const absolutePath = z
  .string()
  .max(4096)
  .refine((text) => path.isAbsolute(text) && !text.includes('\0'), 'must be an absolute path');
const nothing = z.strictObject({});
const connection = z.strictObject({ connection: z.uuid() });

const action = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('open-address'), url: z.url({ protocol: /^https$/ }) }),
  z.strictObject({ kind: z.literal('open-app'), path: absolutePath }),
  z.strictObject({ kind: z.literal('open-software-update') }),
  z.strictObject({ kind: z.literal('choose-image') }),
  z.strictObject({ kind: z.literal('check-again') }),
]);

const schemas: { readonly [N in keyof AppRequests]: z.ZodType<Parameters<AppRequests[N]>[0]> } = {
  'app.info': nothing,
  'app.quit': nothing,
  'window.open': z.union([
    z.strictObject({ window: z.enum(['create', 'settings', 'about', 'host', 'quit']) }),
    z.strictObject({ window: z.literal('display'), machine: reference }),
  ]),
  'window.close': nothing,
  'window.isShown': nothing,
  'file.choose': z.strictObject({
    kind: z.enum(['disk', 'iso', 'kernel', 'initrd', 'restoreImage', 'catalogue', 'folder']),
  }),
  'file.reveal': z.strictObject({ path: absolutePath }),
  'clipboard.write': z.strictObject({ text: z.string().max(1 << 20) }),
  'clipboard.read': nothing,
  'settings.get': nothing,
  // Each value is checked by the schema of the settings' file.
  'settings.set': z.strictObject({ changes: z.record(z.string(), z.unknown()) }),
  'lifecycle.get': nothing,
  'quit.cancel': nothing,
  'quit.decide': z.strictObject({
    machine: reference,
    plan: z.enum(['suspend', 'stop', 'keepRunning']),
  }),
  'crash.decide': z.strictObject({ restore: z.array(reference).max(1000) }),
  'preflight.run': z.strictObject({ image: z.string().min(1).max(4096).nullable() }),
  'preflight.act': z.strictObject({ action }),
  'display.connect': z.strictObject({ machine: reference }),
  'display.send': connection.extend({ bytes: z.instanceof(Uint8Array) }),
  'display.close': connection,
};

/** `params` as the contract types them. Throws BAD_REQUEST with the path of the refused field. */
export function checked<N extends keyof AppRequests>(
  name: N,
  params: unknown,
): Parameters<AppRequests[N]>[0] {
  const schema: z.ZodType<Parameters<AppRequests[N]>[0]> = schemas[name];
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const first = result.error.issues[0];
  throw new TorporError(
    'BAD_REQUEST',
    `${name} cannot be asked so: ${first?.path.join('.')}: ${first?.message}.`,
  );
}
