import type { Readable, Writable } from 'node:stream';
import type { TorporError } from '../../../core/errors.ts';
import { createFramer } from './framing.ts';

/** The two directions of a connection; a socket is both. */
export interface QmpStreams {
  readonly input: Readable;
  readonly output: Writable;
}

export interface WireListener {
  onValue(value: unknown): void;
  /** The stream carried something that is no message; `end` the wire with it. */
  onProblem(problem: TorporError): void;
  /** The other side is gone. `cutBytes`: how much of an unfinished message had come. */
  onLost(cause: unknown, cutBytes: number): void;
}

export interface Wire {
  send(message: object): void;
  /** Closes both directions; the listener is not called any more. */
  end(): void;
}

/** JSON values over two streams, which it owns. The listener is never called before this returns. */
export function createWire({ input, output }: QmpStreams, listener: WireListener): Wire {
  const framer = createFramer();
  let ended = false;

  function lose(cause?: unknown): void {
    if (!ended) listener.onLost(cause, framer.pendingBytes());
  }

  input.on('data', (chunk: Uint8Array) => {
    const { messages, problem } = framer.push(chunk);
    for (const message of messages) {
      if (!ended) listener.onValue(message);
    }
    if (problem !== undefined && !ended) listener.onProblem(problem);
  });
  input.on('end', () => lose());
  input.on('close', () => lose());
  // These stay when the wire has ended: an 'error' that nobody hears would end the process.
  for (const stream of new Set<Readable | Writable>([input, output])) stream.on('error', lose);

  return {
    send(message) {
      output.write(`${JSON.stringify(message)}\n`);
    },
    end() {
      ended = true;
      input.destroy();
      output.destroy();
    },
  };
}
