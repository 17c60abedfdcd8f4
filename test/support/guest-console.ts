import { type GuestConsole, guestConsole } from '../../guest/console.ts';
import type { Session } from '../../src/core/driver.ts';

export type { GuestConsole } from '../../guest/console.ts';

/** The test guest that runs in `session`. */
export function readConsole(session: Session): GuestConsole {
  if (!session.console.available) throw new Error(session.console.reason.message);
  const { write, onData } = session.console.use;
  return guestConsole({ write, onData, onEnd: (listener) => session.on('ended', listener) });
}
