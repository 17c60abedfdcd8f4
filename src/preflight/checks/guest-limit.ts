import { type Check, checkAgain, found, pass, steps } from './check.ts';

/** The kernel and macOS's licence allow two, and an installation counts as one. */
const mostGuests = 2;

export const guestLimit: Check = {
  id: 'guest-limit',
  title: 'Running machines',
  run: ({ host }) => {
    const running = host.runningGuests;
    const evidence = [
      {
        what: 'machines of Apple’s framework that run now, of all apps',
        found: running.known ? String(running.value) : `unknown: ${running.reason}`,
        needed: `fewer than ${mostGuests} with macOS`,
        source: running.source,
      },
    ];
    const remedy = steps(
      { text: 'Suspend or shut down a macOS machine, in Torpor or another app.' },
      checkAgain,
    );
    if (!running.known) {
      return found(
        'unknown',
        'Torpor cannot tell how many macOS machines run on this Mac now. Two may run at once.',
        evidence,
        remedy,
      );
    }
    if (running.value < mostGuests) {
      return pass(
        `${running.value === 0 ? 'No machine runs' : 'One machine runs'} now; two macOS machines may run at once, and installing counts as one.`,
        evidence,
      );
    }
    return found(
      'unknown',
      `${running.value} machines run on this Mac now. If two of them have macOS, the installation is refused (error 6); which system each has cannot be seen from outside.`,
      evidence,
      remedy,
    );
  },
};
