import { defaultWindowPolicy, type WindowPolicy } from '../core/config.ts';
import type { WindowCommand } from '../core/driver.ts';
import { type Problem, TorporError, toTorporError } from '../core/errors.ts';
import type { Machine } from '../core/machine.ts';
import { changedPolicy, configureLive, meetEachGuest } from './live-policy.ts';

export interface WindowParts {
  /** Asks a person by way of the panel. */
  readonly ask: (question: Problem) => void;
  /** Throws BUSY while other work holds the machine. */
  readonly assertFree: (machine: Machine) => void;
  /** Keeps other work away meanwhile. */
  readonly hold: (machine: Machine, doing: string, work: () => Promise<void>) => Promise<void>;
  /** A window has no place to say what went wrong. */
  readonly onError: (error: unknown) => void;
}

/**
 * Does what a person chooses in the native window of a machine's guest. Closing it is as its policy says:
 * the guest is suspended, the window is hidden while the guest runs on, or it is asked, with the problem
 * WINDOW_CLOSING; until then the window stays open. What fails goes to `onError`, and the guest goes on.
 */
export function heedWindow(machine: Machine, parts: WindowParts): void {
  meetEachGuest(machine, (session) => {
    session.on('windowCommand', (command) => {
      obey(machine, command, parts).catch((error: unknown) => {
        if (toTorporError(error).code !== 'CANCELLED') parts.onError(error);
      });
    });
  });
}

async function obey(machine: Machine, command: WindowCommand, parts: WindowParts): Promise<void> {
  const { window: policy = defaultWindowPolicy } = machine.config.policy;
  const change = (window: Partial<WindowPolicy>) =>
    parts.hold(machine, 'being changed', () => {
      const { config } = machine;
      return configureLive(machine, {
        ...config,
        policy: changedPolicy(config.policy, { window }),
      });
    });
  switch (command) {
    case 'captureSystemKeys':
      return change({ capturesSystemKeys: !policy.capturesSystemKeys });
    case 'followResize':
      return change({ resize: policy.resize === 'follow' ? 'fixed' : 'follow' });
    case 'close':
      return close(machine, policy.onClose, parts);
    case 'suspend':
      parts.assertFree(machine);
      return machine.suspend('user');
    case 'pause':
      parts.assertFree(machine);
      return machine.pause();
    case 'resume':
      parts.assertFree(machine);
      return machine.resume();
  }
}

async function close(machine: Machine, onClose: WindowPolicy['onClose'], parts: WindowParts) {
  switch (onClose) {
    case 'suspend':
      parts.assertFree(machine);
      return machine.suspend('user');
    case 'keepRunning':
      return setWindowShown(machine, false);
    case 'ask':
      return parts.ask({
        code: 'WINDOW_CLOSING',
        message: `The window of “${machine.config.name}” was closed, and its guest ${
          machine.status === 'paused' ? 'is paused' : 'runs'
        }.`,
        hint: 'Suspend it, or hide the window and leave it as it is.',
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
