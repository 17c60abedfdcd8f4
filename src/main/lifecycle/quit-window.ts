import type { Lifecycle } from '../../contract/lifecycle.ts';
import { needsPerson } from './plan.ts';

/** Milliseconds that quitting may take before it is worth a window. */
const patience = 400;

/** Shows quitting in a window of its own when it takes long or waits for an answer. */
export function createQuitWindow({
  open,
  close,
  later = (call, milliseconds) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
}: {
  readonly open: () => void;
  readonly close: () => void;
  readonly later?: (call: () => void, milliseconds: number) => () => void;
}): { follow(now: Lifecycle): void } {
  let stopWaiting: (() => void) | undefined;
  let isOpen = false;

  const show = (): void => {
    if (!isOpen) open();
    isOpen = true;
  };

  return {
    follow(now) {
      if (now.phase !== 'quitting') {
        stopWaiting?.();
        stopWaiting = undefined;
        if (isOpen) close();
        isOpen = false;
        return;
      }
      stopWaiting ??= later(show, patience);
      if (needsPerson(now)) show();
    },
  };
}
