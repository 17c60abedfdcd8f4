import { z } from 'zod';

/**
 * The four kinds of message a QMP server sends, as in QEMU's docs/interop/qmp-spec. What a reply or
 * an event carries is checked where its name is known: commands.ts and events.ts.
 */
export type QmpMessage =
  | { readonly kind: 'greeting'; readonly version: QmpVersion }
  | { readonly kind: 'return'; readonly id: string | undefined; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: string | undefined; readonly error: QmpErrorReply }
  | { readonly kind: 'event'; readonly name: string; readonly data: unknown };

export const versionSchema = z.object({
  qemu: z.object({ major: z.int(), minor: z.int(), micro: z.int() }),
  package: z.string(),
});

/** `package` is the distributor's own version string, often empty. */
export type QmpVersion = z.output<typeof versionSchema>;

const errorReplySchema = z.object({ class: z.string(), desc: z.string() });

/** `class` is one of a handful of stable words, `desc` free text for people. */
export type QmpErrorReply = z.output<typeof errorReplySchema>;

const greetingSchema = z.object({ QMP: z.object({ version: versionSchema }) });
const objectSchema = z.record(z.string(), z.unknown());

/** Tells what `value` is; undefined when it is no QMP message. */
export function parseMessage(value: unknown): QmpMessage | undefined {
  const message = objectSchema.safeParse(value).data;
  if (message === undefined) return undefined;
  const id = typeof message.id === 'string' ? message.id : undefined;
  if (typeof message.event === 'string') {
    return { kind: 'event', name: message.event, data: message.data ?? {} };
  }
  if ('return' in message) return { kind: 'return', id, value: message.return };
  if ('error' in message) {
    const error = errorReplySchema.safeParse(message.error).data;
    return error === undefined ? undefined : { kind: 'error', id, error };
  }
  const greeting = greetingSchema.safeParse(message).data;
  return greeting && { kind: 'greeting', version: greeting.QMP.version };
}
