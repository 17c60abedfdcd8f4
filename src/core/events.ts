/** Ends a subscription. Calling it again does nothing. */
export type Unsubscribe = () => void;

/** An async listener may be passed; nobody waits for it, but its rejection is reported. */
export type Listener<Payload> = (payload: Payload) => unknown;

/** The side of an emitter that subscribers see. `Events` maps each event's name to its payload. */
export interface EventSource<Events extends object> {
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): Unsubscribe;
}

export interface Emitter<Events extends object> extends EventSource<Events> {
  /** Calls every listener in the order of subscription, before it returns. Never throws. */
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void;
}

/**
 * Makes a typed emitter. A listener that throws does not keep the others from being called: what it
 * threw goes to `onListenerError`. Who subscribes during an `emit` is called from the next one on;
 * who unsubscribes during an `emit` is not called any more. One function subscribed twice is called
 * twice.
 */
export function createEmitter<Events extends object>(
  onListenerError: (error: unknown, name: keyof Events) => void,
): Emitter<Events> {
  const subscriptions: { [Name in keyof Events]?: Set<{ listener: Listener<Events[Name]> }> } = {};

  return {
    on(name, listener) {
      const subscription = { listener };
      const sameEvent = subscriptions[name];
      if (sameEvent === undefined) subscriptions[name] = new Set([subscription]);
      else sameEvent.add(subscription);
      return () => {
        subscriptions[name]?.delete(subscription);
      };
    },

    emit(name, payload) {
      const sameEvent = subscriptions[name];
      for (const subscription of [...(sameEvent ?? [])]) {
        if (sameEvent?.has(subscription) !== true) continue;
        try {
          const result = subscription.listener(payload);
          if (result instanceof Promise) {
            result.catch((error: unknown) => onListenerError(error, name));
          }
        } catch (error) {
          onListenerError(error, name);
        }
      }
    },
  };
}
