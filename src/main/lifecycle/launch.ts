/** Whether machines come back when the app starts. */

export interface LaunchHost {
  readonly argv: readonly string[];
  /** Whether a person holds Shift; false where nobody can tell. */
  readonly isShiftHeld: () => boolean;
  /** macOS' NSQuitAlwaysKeepsWindows as text; empty when it was never set. */
  readonly keepsWindows: () => string;
}

/** `torpor --leave-suspended` does as holding Shift does. */
export const leaveSuspendedSwitch = '--leave-suspended';

/**
 * False leaves every machine suspended: for Shift, for a person who told macOS to close windows when
 * quitting (only if it was told so: never having been asked is no answer), and after a crash, which is
 * asked about first.
 */
export function comesBack(host: LaunchHost, hasCrashed: boolean): boolean {
  const closesWindows = ['0', 'NO', 'false'].includes(host.keepsWindows());
  return (
    !hasCrashed &&
    !host.argv.includes(leaveSuspendedSwitch) &&
    !host.isShiftHeld() &&
    !closesWindows
  );
}
