import type { TorporError } from '../../../core/errors.ts';
import { type QmpCommandName, type QmpCommands, replySchemas } from './commands.ts';
import { commandRefused, replyNotUnderstood } from './errors.ts';
import type { QmpMessage } from './messages.ts';
import { createPending, type Limits, type Pending } from './pending.ts';

/** `stop` and `cont` flush and open disks, which takes seconds on a slow or remote one. */
export const defaultCallTimeoutMs = 30_000;

/** Arguments may be left out where the command needs none. */
export type ExecuteParameters<Name extends QmpCommandName> =
  Record<never, never> extends QmpCommands[Name]['arguments']
    ? [args?: QmpCommands[Name]['arguments'], limits?: Limits]
    : [args: QmpCommands[Name]['arguments'], limits?: Limits];

type Reply = Extract<QmpMessage, { kind: 'return' | 'error' }>;

/** Calls under way: who asked what, by id. */
export interface Calls {
  execute<Name extends QmpCommandName>(
    name: Name,
    ...parameters: ExecuteParameters<Name>
  ): Promise<QmpCommands[Name]['returns']>;
  /** Hands a reply to the call it belongs to. False when no call ever had its id. */
  settle(reply: Reply): boolean;
  /** Ends every call under way, and every later one at once, with `error`. */
  failAll(error: TorporError): void;
}

/** `send` writes one message; it must not throw (a broken stream reports itself by `failAll`). */
export function createCalls(send: (message: object) => void): Calls {
  const pending = new Map<string, { command: string; result: Pending<unknown> }>();
  // Calls that were given up: their replies still come and are no surprise.
  const abandoned = new Set<string>();
  let ended: TorporError | undefined;
  let count = 0;

  return {
    async execute(name, ...[args, limits]) {
      if (ended !== undefined) throw ended;
      count += 1;
      const id = `torpor-${count}`;
      const result = createPending<unknown>(
        `QEMU's answer to "${name}"`,
        { timeoutMs: defaultCallTimeoutMs, ...limits },
        () => {
          if (pending.delete(id)) abandoned.add(id);
        },
      );
      pending.set(id, { command: name, result });
      send({ execute: name, ...(args === undefined ? {} : { arguments: args }), id });
      const value = await result.promise;
      const parsed = replySchemas[name].safeParse(value);
      if (!parsed.success) throw replyNotUnderstood(name, parsed.error);
      return parsed.data;
    },

    settle(reply) {
      if (reply.id === undefined) return false;
      const call = pending.get(reply.id);
      if (call === undefined) return abandoned.delete(reply.id);
      pending.delete(reply.id);
      if (reply.kind === 'return') call.result.resolve(reply.value);
      else call.result.reject(commandRefused(call.command, reply.error));
      return true;
    },

    failAll(error) {
      ended ??= error;
      for (const { result } of pending.values()) result.reject(error);
      abandoned.clear();
    },
  };
}
