import type { AppState } from '../contract/app-state.ts';

/** The state as it is now, and a way to tell subscribers of changes without flooding them. */
export interface StateFeed {
  /** Computed anew after a change, the same object otherwise. */
  current(): AppState;
  /** Notes that something changed; subscribers are told soon. */
  changed(): void;
  /** Tells what was not told yet, and nothing from then on. */
  close(): void;
}

/**
 * Publishes what `compute` returns after changes: at once after a quiet time, and no more often than
 * every `interval` milliseconds. No timer runs while nothing changes.
 */
export function createStateFeed(
  compute: () => Omit<AppState, 'revision'>,
  publish: (state: AppState) => void,
  interval = 50,
): StateFeed {
  let state: AppState = { ...compute(), revision: 1 };
  let isStale = false;
  let timer: NodeJS.Timeout | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;
  let isClosed = false;

  function current(): AppState {
    if (isStale) {
      isStale = false;
      state = { ...compute(), revision: state.revision + 1 };
    }
    return state;
  }

  function tell(): void {
    timer = undefined;
    toldAt = performance.now();
    publish(current());
  }

  return {
    current,
    changed() {
      if (isClosed) return;
      isStale = true;
      timer ??= setTimeout(tell, Math.max(0, toldAt + interval - performance.now()));
    },
    close() {
      isClosed = true;
      if (timer === undefined) return;
      clearTimeout(timer);
      tell();
    },
  };
}
