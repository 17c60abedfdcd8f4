import type { SessionEvents } from './driver.ts';
import type { Problem } from './errors.ts';
import { createEmitter, type Emitter } from './events.ts';

/**
 * The events of one session, as its driver tells them. A guest can end, or meet a disk that fails, before
 * whoever asked for it has the session in hand: such an event that nobody listened for is kept for the
 * first who does.
 */
export interface SessionEmitter extends Emitter<SessionEvents> {
  /** Emits `ended`, the first time that it is called. */
  end(problem?: Problem): void;
}

const kept: ReadonlySet<keyof SessionEvents> = new Set(['ended', 'problem']);

export function createSessionEmitter(onListenerError: (error: unknown) => void): SessionEmitter {
  const { on, emit } = createEmitter<SessionEvents>(onListenerError);
  const listening = new Map<keyof SessionEvents, Set<symbol>>();
  const unheard = new Map<keyof SessionEvents, () => void>();
  let over = false;

  function listenersOf(event: keyof SessionEvents): Set<symbol> {
    const known = listening.get(event) ?? new Set();
    listening.set(event, known);
    return known;
  }

  function emitOrKeep<Name extends keyof SessionEvents>(
    event: Name,
    payload: SessionEvents[Name],
  ): void {
    if (kept.has(event) && listenersOf(event).size === 0) {
      unheard.set(event, () => emit(event, payload));
    } else {
      emit(event, payload);
    }
  }

  return {
    emit: emitOrKeep,

    end(problem) {
      if (over) return;
      over = true;
      emitOrKeep('ended', problem === undefined ? {} : { problem });
    },

    on(event, listener) {
      const off = on(event, listener);
      const one = Symbol();
      listenersOf(event).add(one);
      const missed = unheard.get(event);
      unheard.delete(event);
      if (missed !== undefined) queueMicrotask(missed);
      return () => {
        listenersOf(event).delete(one);
        off();
      };
    },
  };
}
