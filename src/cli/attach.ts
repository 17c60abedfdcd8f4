import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { TorporError } from '../core/errors.ts';
import type { Terminal } from './terminal.ts';

/** Ctrl-], as telnet has it. */
const escapeByte = 0x1d;

/**
 * Joins the terminal and the unix socket at `path`, byte for byte, until the user leaves (Ctrl-] on
 * a terminal, Ctrl-C with a pipe) or the other side ends. A terminal is raw meanwhile and as it was
 * afterwards, whatever happens. The end of piped input ends nothing: the answers are still to come.
 */
export async function attach(path: string, terminal: Terminal): Promise<'left' | 'ended'> {
  const { stdin, stdout } = terminal;
  const socket = await connected(path);
  const isTerminal = stdin.isTTY === true;
  const { promise: left, resolve: leave } = Promise.withResolvers<'left'>();

  const onInput = (bytes: Buffer): void => {
    const leaveAt = isTerminal ? bytes.indexOf(escapeByte) : -1;
    const typed = leaveAt === -1 ? bytes : bytes.subarray(0, leaveAt);
    if (typed.length > 0 && !socket.write(typed)) {
      stdin.pause();
      socket.once('drain', () => stdin.resume());
    }
    if (leaveAt !== -1) leave('left');
  };
  const removeInterrupt = terminal.onInterrupt(() => leave('left'));
  if (isTerminal) stdin.setRawMode?.(true);
  try {
    stdin.on('data', onInput);
    socket.pipe(stdout, { end: false });
    return await Promise.race([left, closed(socket)]);
  } finally {
    removeInterrupt();
    stdin.off('data', onInput);
    stdin.pause();
    if (isTerminal) stdin.setRawMode?.(false);
    socket.unpipe(stdout);
    socket.end();
    socket.destroySoon();
  }
}

async function connected(path: string): Promise<Socket> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    throw new TorporError('GUEST_ENDED', 'The console cannot be reached.', {
      hint: 'The guest may have ended just now.',
      details: { path },
      cause: error,
    });
  }
}

async function closed(socket: Socket): Promise<'ended'> {
  try {
    await once(socket, 'close');
    return 'ended';
  } catch (error) {
    throw new TorporError('GUEST_ENDED', 'The connection to the console broke.', { cause: error });
  }
}
