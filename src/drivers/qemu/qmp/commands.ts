import { z } from 'zod';
import { versionSchema } from './messages.ts';

/**
 * The commands Torpor uses, with the members it reads; QEMU sends more. The meaning of each is in
 * QEMU's own QMP reference. Words that grow with QEMU (migration status, capability names in a
 * reply) stay strings, so that a newer QEMU is understood as far as it is known.
 */

/** What a guest is doing; see RunState in QEMU's qapi/run-state.json. */
export const runStates = [
  'debug',
  'inmigrate',
  'internal-error',
  'io-error',
  'paused',
  'postmigrate',
  'prelaunch',
  'finish-migrate',
  'restore-vm',
  'running',
  'save-vm',
  'shutdown',
  'suspended',
  'watchdog',
  'guest-panicked',
  'colo',
] as const;

export type RunState = (typeof runStates)[number];

const nothing = z.looseObject({});

const replies = {
  qmp_capabilities: nothing,
  'query-version': versionSchema,
  'query-status': z.object({ status: z.enum(runStates), running: z.boolean() }),
  'query-name': z.object({ name: z.string().optional() }),
  'query-uuid': z.object({ UUID: z.string() }),
  'query-kvm': z.object({ enabled: z.boolean(), present: z.boolean() }),
  'query-machines': z.array(
    z.object({
      name: z.string(),
      /** The short name that means another machine type in every QEMU version. */
      alias: z.string().optional(),
      'cpu-max': z.int(),
      deprecated: z.boolean().optional(),
    }),
  ),
  'query-cpu-model-expansion': z.object({
    model: z.object({ name: z.string(), props: z.record(z.string(), z.unknown()).optional() }),
  }),
  /** What the command line understands: an option that was not compiled in is not there. */
  'query-command-line-options': z.array(z.object({ option: z.string() })),
  /** Refused with class DeviceNotFound when QEMU has no such type. */
  'qom-list-properties': z.array(z.object({ name: z.string() })),
  stop: nothing,
  cont: nothing,
  /** Before it begins QEMU waits for every request that its disks have under way. */
  transaction: nothing,
  system_powerdown: nothing,
  /** QEMU may be gone before the reply is read: HYPERVISOR_DISCONNECTED means success here too. */
  quit: nothing,
  'query-migrate-capabilities': z.array(z.object({ capability: z.string(), state: z.boolean() })),
  'migrate-set-capabilities': nothing,
  'migrate-set-parameters': nothing,
  migrate: nothing,
  'migrate-incoming': nothing,
  migrate_cancel: nothing,
  'query-migrate': z.object({
    /** Missing before the first migration. */
    status: z.string().optional(),
    'error-desc': z.string().optional(),
    'blocked-reasons': z.array(z.string()).optional(),
    'total-time': z.number().optional(),
    downtime: z.number().optional(),
    ram: z.object({ transferred: z.number(), remaining: z.number(), total: z.number() }).optional(),
  }),
  screendump: nothing,
  'query-block': z.array(
    z.object({
      device: z.string(),
      qdev: z.string().optional(),
      'io-status': z.string().optional(),
      inserted: z
        .object({
          file: z.string(),
          'node-name': z.string().optional(),
          ro: z.boolean(),
          drv: z.string(),
        })
        .optional(),
    }),
  ),
  'query-blockstats': z.array(
    z.object({
      device: z.string().optional(),
      qdev: z.string().optional(),
      'node-name': z.string().optional(),
      stats: z.object({
        rd_bytes: z.number(),
        wr_bytes: z.number(),
        rd_operations: z.number(),
        wr_operations: z.number(),
        flush_operations: z.number(),
      }),
    }),
  ),
  /** `actual`: bytes of memory the guest has left. */
  'query-balloon': z.object({ actual: z.number() }),
  balloon: nothing,
  'query-chardev': z.array(
    z.object({ label: z.string(), filename: z.string(), 'frontend-open': z.boolean() }),
  ),
} as const;

export type QmpCommandName = keyof typeof replies;

interface NoArguments {
  readonly [name: string]: never;
}

export interface MigrationCapabilitySetting {
  readonly capability: 'events' | 'x-ignore-shared' | 'late-block-activate';
  readonly state: boolean;
}

/** Commands that are not named here take no arguments. */
interface QmpArguments {
  'query-cpu-model-expansion': {
    readonly type: 'static' | 'full';
    readonly model: { readonly name: string; readonly props?: Readonly<Record<string, unknown>> };
  };
  'qom-list-properties': { readonly typename: string };
  'migrate-set-capabilities': { readonly capabilities: readonly MigrationCapabilitySetting[] };
  /** `max-bandwidth` in bytes a second, `downtime-limit` in milliseconds. */
  'migrate-set-parameters': {
    readonly 'max-bandwidth'?: number;
    readonly 'downtime-limit'?: number;
  };
  migrate: { readonly uri: string };
  'migrate-incoming': { readonly uri: string };
  transaction: { readonly actions: readonly [] };
  screendump: { readonly filename: string; readonly format: 'png'; readonly device?: string };
  /** Bytes of memory the guest shall keep. */
  balloon: { readonly value: number };
}

export type QmpCommands = {
  [Name in QmpCommandName]: {
    readonly arguments: Name extends keyof QmpArguments ? QmpArguments[Name] : NoArguments;
    readonly returns: z.output<(typeof replies)[Name]>;
  };
};

/** The check of each command's reply. */
export const replySchemas: {
  readonly [Name in QmpCommandName]: z.ZodType<QmpCommands[Name]['returns']>;
} = replies;
