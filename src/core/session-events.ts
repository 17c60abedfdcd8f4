import type { SessionEvents } from './driver.ts';
import type { Problem } from './errors.ts';
import { createEmitter, type Emitter } from './events.ts';

/** The events of one session, as its driver tells them. */
export interface SessionEmitter extends Emitter<SessionEvents> {
  /**
   * Emits `ended`, the first time that it is called. A guest can end before whoever asked for it has
   * the session in hand, so an end that nobody listened for is kept for the first who does.
   */
  end(problem?: Problem): void;
}

export function createSessionEmitter(onListenerError: (error: unknown) => void): SessionEmitter {
  const { on, emit } = createEmitter<SessionEvents>(onListenerError);
  const waiting = new Set<symbol>();
  let over = false;
  let unheard: SessionEvents['ended'] | undefined;

  return {
    emit,

    end(problem) {
      if (over) return;
      over = true;
      const ended = problem === undefined ? {} : { problem };
      if (waiting.size === 0) unheard = ended;
      else emit('ended', ended);
    },

    on(event, listener) {
      const off = on(event, listener);
      if (event !== 'ended') return off;
      const listening = Symbol();
      waiting.add(listening);
      const ended = unheard;
      unheard = undefined;
      if (ended !== undefined) queueMicrotask(() => emit('ended', ended));
      return () => {
        waiting.delete(listening);
        off();
      };
    },
  };
}
