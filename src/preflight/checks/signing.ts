import { type Check, checkAgain, found, pass, steps } from './check.ts';

/** Runs only when the signing server was asked. */
export const signing: Check = {
  id: 'signing-server',
  title: 'Apple’s signing server',
  run: ({ host }) => {
    if (host.signing === undefined) return undefined;
    const answer = host.signing;
    if (!answer.known) {
      return found('unknown', 'Torpor cannot tell whether Apple’s signing server can be reached.', [
        { what: 'signing server', found: `unknown: ${answer.reason}`, source: answer.source },
      ]);
    }
    if (answer.value.reachable) {
      return pass('Apple’s signing server answers.', [
        { what: 'signing server', found: 'answers', source: answer.source },
      ]);
    }
    const { status } = answer.value;
    return found(
      'fail',
      `Apple’s signing server gs.apple.com ${status === undefined ? 'does not answer' : `is blocked (HTTP ${status})`}. Every installation asks it, and ends with error 10007 without it.`,
      [
        {
          what: 'signing server',
          found: status === undefined ? 'no answer' : `HTTP ${status}`,
          needed: 'an answer',
          source: answer.source,
        },
      ],
      steps(
        { text: 'Switch off a VPN, a content filter or a proxy, or let gs.apple.com pass.' },
        checkAgain,
      ),
    );
  },
};
