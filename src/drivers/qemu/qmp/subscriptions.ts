import { type TorporError, toTorporError } from '../../../core/errors.ts';
import { createEmitter, type EventSource } from '../../../core/events.ts';
import { eventSchemas, isQmpEventName, type QmpEventName, type QmpEvents } from './events.ts';
import type { QmpMessage } from './messages.ts';
import { createPending, type Limits, type Pending } from './pending.ts';

type EventMessage = Extract<QmpMessage, { kind: 'event' }>;

export interface Subscriptions extends EventSource<QmpEvents> {
  waitFor<Name extends QmpEventName>(
    name: Name,
    predicate: (data: QmpEvents[Name]) => boolean,
    limits?: Limits,
  ): Promise<QmpEvents[Name]>;
  deliver(event: EventMessage): void;
  /** Ends every wait, and every later one at once, with `error`. */
  failAll(error: TorporError): void;
}

/** Listeners and waits for events. What goes wrong with a single event goes to `warn`. */
export function createSubscriptions(
  warn: (message: string, cause?: unknown) => void,
): Subscriptions {
  const emitter = createEmitter<QmpEvents>((error, name) =>
    warn(`A listener to QEMU's event ${name} failed.`, error),
  );
  const waits = new Set<{ reject: Pending<never>['reject'] }>();
  let ended: TorporError | undefined;

  function deliverAs<Name extends QmpEventName>(name: Name, data: unknown): void {
    const parsed = eventSchemas[name].safeParse(data);
    if (parsed.success) emitter.emit(name, parsed.data);
    else warn(`QEMU's event ${name} has a form that Torpor does not know.`, parsed.error);
  }

  async function wait<Name extends QmpEventName>(
    name: Name,
    predicate: (data: QmpEvents[Name]) => boolean,
    limits: Limits,
  ): Promise<QmpEvents[Name]> {
    if (ended !== undefined) throw ended;
    const result: Pending<QmpEvents[Name]> = createPending(
      `Waiting for QEMU's event ${name}`,
      limits,
      () => {
        unsubscribe();
        waits.delete(result);
      },
    );
    const unsubscribe = emitter.on(name, (data) => {
      try {
        if (predicate(data)) result.resolve(data);
      } catch (error) {
        result.reject(toTorporError(error));
      }
    });
    waits.add(result);
    return result.promise;
  }

  return {
    on: emitter.on,

    waitFor(name, predicate, limits = {}) {
      const waiting = wait(name, predicate, limits);
      // Who waits for an event awaits a command first, and leaves when that fails; the end of the
      // wait that nobody looks at any more must not count as an unhandled rejection.
      waiting.catch(() => {});
      return waiting;
    },

    deliver(event) {
      if (isQmpEventName(event.name)) deliverAs(event.name, event.data);
    },

    failAll(error) {
      ended ??= error;
      for (const wait of [...waits]) wait.reject(error);
    },
  };
}
