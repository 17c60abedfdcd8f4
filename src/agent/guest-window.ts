import { defaultWindowPolicy } from '../core/config.ts';
import type { Session } from '../core/driver.ts';
import { type Problem, TorporError } from '../core/errors.ts';
import type { Machine } from '../core/machine.ts';

/**
 * Acts when a person closes the native window of a machine's guest, as its policy says: suspends it,
 * hides the window while the guest runs on, or asks by way of `ask`, whose problem is WINDOW_CLOSING.
 * Until then the window stays open. What a suspension fails of is the machine's own problem; it goes to
 * `onError` as well.
 */
export function heedWindow(
  machine: Machine,
  ask: (question: Problem) => void,
  onError: (error: unknown) => void,
): void {
  let watched: Session | undefined;
  const watch = (): void => {
    const { session } = machine;
    if (session === undefined || session === watched) return;
    watched = session;
    session.on('windowCloseRequested', () => close(machine, session, ask).catch(onError));
  };
  machine.on('changed', watch);
  watch();
}

async function close(machine: Machine, session: Session, ask: (question: Problem) => void) {
  const { policy, name } = machine.config;
  switch ((policy.window ?? defaultWindowPolicy).onClose) {
    case 'suspend':
      return machine.suspend('user');
    case 'keepRunning':
      if (session.window?.available === true) session.window.use.hide();
      return;
    case 'ask':
      return ask({
        code: 'WINDOW_CLOSING',
        message: `The window of “${name}” was closed, and its guest runs.`,
        hint: 'Suspend it, or hide the window and let it run.',
      });
  }
}

/** Opens the guest's native window, or hides it. Throws CAPABILITY_MISSING with the reason, GUEST_ENDED. */
export function setWindowShown({ session, config }: Machine, shown: boolean): void {
  const window = session?.window;
  if (session === undefined) {
    throw new TorporError('GUEST_ENDED', `The guest of “${config.name}” does not run.`, {
      hint: 'Start it, or bring it back.',
    });
  }
  if (window === undefined) {
    throw new TorporError('CAPABILITY_MISSING', `“${config.name}” has no window of its own.`, {
      hint: 'Its display is shown by Torpor itself.',
    });
  }
  if (!window.available) {
    throw new TorporError(window.reason.code, window.reason.message, window.reason);
  }
  if (shown) window.use.show();
  else window.use.hide();
}
