import type { AppState } from '../contract/app-state.ts';

/** The state as it is now, and a way to tell subscribers of changes without flooding them. */
export interface StateFeed {
  /** Computed anew after a change; the same object as long as nothing is different. */
  current(): AppState;
  /** Notes that something may have changed; subscribers are told soon, if it has. */
  changed(): void;
  /** Tells what was not told yet, and nothing from then on. */
  close(): void;
}

/**
 * Milliseconds. What somebody clicked shows within 50, also while something else goes on; no bar is drawn
 * more often than this.
 */
const usualInterval = 25;

/**
 * Publishes what `compute` returns after changes: at once after a quiet time, and no more often than
 * every `interval` milliseconds. No timer runs while nothing changes.
 */
export function createStateFeed(
  compute: () => Omit<AppState, 'revision'>,
  publish: (state: AppState) => void,
  interval = usualInterval,
): StateFeed {
  let state: AppState = { ...compute(), revision: 1 };
  let text = JSON.stringify({ ...state, revision: 0 });
  let toldRevision = 1;
  let isStale = false;
  let timer: NodeJS.Timeout | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;
  let isClosed = false;

  function current(): AppState {
    if (!isStale) return state;
    isStale = false;
    const now = compute();
    const textNow = JSON.stringify({ ...now, revision: 0 });
    if (textNow === text) return state;
    text = textNow;
    state = { ...now, revision: state.revision + 1 };
    return state;
  }

  function tell(): void {
    timer = undefined;
    const now = current();
    if (now.revision === toldRevision) return;
    toldRevision = now.revision;
    toldAt = performance.now();
    publish(now);
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
