import { TorporError } from '../../../core/errors.ts';

/** Far above anything QEMU sends (query-machines is about 30 KiB), far below what would hurt us. */
export const maxLineBytes = 10 * 1024 * 1024;

/** `problem` comes after the messages: they were whole. After a problem the stream is unusable. */
export interface Frames {
  readonly messages: readonly unknown[];
  readonly problem?: TorporError;
}

export interface Framer {
  push(chunk: Uint8Array): Frames;
  /** Bytes of a line that has begun and not ended: above 0 at the end of the stream, it was cut. */
  pendingBytes(): number;
}

const newline = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Cuts a byte stream into JSON values, one a line. Lines are found among bytes, where a newline is
 * never part of another character, and decoded whole: a character split across packets is safe.
 * Blank lines are skipped; bytes that are not UTF-8 or not JSON, and a line above `limit` bytes, are
 * a problem (HYPERVISOR_DISCONNECTED).
 */
export function createFramer(limit: number = maxLineBytes): Framer {
  let parts: Uint8Array[] = [];
  let length = 0;

  function keep(part: Uint8Array): void {
    if (part.length === 0) return;
    parts.push(part);
    length += part.length;
  }

  function takeLine(): Buffer {
    const line = Buffer.concat(parts, length);
    parts = [];
    length = 0;
    return line;
  }

  return {
    push(chunk) {
      const messages: unknown[] = [];
      let start = 0;
      while (true) {
        const end = chunk.indexOf(newline, start);
        keep(chunk.subarray(start, end === -1 ? undefined : end));
        if (length > limit) return { messages, problem: overlong(limit) };
        if (end === -1) return { messages };
        start = end + 1;
        const line = takeLine();
        try {
          const text = utf8.decode(line).trim();
          if (text !== '') messages.push(JSON.parse(text));
        } catch (cause) {
          return { messages, problem: unreadable(line, cause) };
        }
      }
    },
    pendingBytes: () => length,
  };
}

function overlong(limit: number): TorporError {
  return new TorporError(
    'HYPERVISOR_DISCONNECTED',
    `QEMU sent a line of more than ${limit} bytes on its control socket.`,
    { details: { stage: 'protocol', limit } },
  );
}

function unreadable(line: Buffer, cause: unknown): TorporError {
  const excerpt = line.toString('latin1', 0, 80);
  return new TorporError(
    'HYPERVISOR_DISCONNECTED',
    `QEMU sent something that is not JSON on its control socket: ${JSON.stringify(excerpt)}`,
    { cause, details: { stage: 'protocol', excerpt } },
  );
}
