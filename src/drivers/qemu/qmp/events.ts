import { z } from 'zod';

/** The events Torpor listens to, with the members it reads; all others are passed over. */
const payloads = {
  STOP: z.object({}),
  RESUME: z.object({}),
  /** `guest`: the guest asked for it. Reasons: `guest-shutdown`, `host-qmp-quit`, `host-signal`, ... */
  SHUTDOWN: z.object({ guest: z.boolean(), reason: z.string() }),
  POWERDOWN: z.object({}),
  RESET: z.object({ guest: z.boolean(), reason: z.string() }),
  SUSPEND: z.object({}),
  WAKEUP: z.object({}),
  /** Sent only while the `events` capability is on. Ends in `completed`, `failed` or `cancelled`. */
  MIGRATION: z.object({ status: z.string() }),
  BLOCK_IO_ERROR: z.object({
    device: z.string(),
    'node-name': z.string().optional(),
    operation: z.enum(['read', 'write']),
    action: z.enum(['ignore', 'report', 'stop']),
    nospace: z.boolean().optional(),
    reason: z.string(),
  }),
  GUEST_PANICKED: z.object({ action: z.string() }),
} as const;

export type QmpEventName = keyof typeof payloads;

export type QmpEvents = { [Name in QmpEventName]: z.output<(typeof payloads)[Name]> };

/** The check of each event's data. */
export const eventSchemas: { readonly [Name in QmpEventName]: z.ZodType<QmpEvents[Name]> } =
  payloads;

export function isQmpEventName(name: string): name is QmpEventName {
  return Object.hasOwn(payloads, name);
}
