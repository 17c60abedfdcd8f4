import { closeSync, constants, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import pino from 'pino';

/** The agent's own record of what it did and what went wrong; never what a guest or a disk contains. */
export type Log = pino.Logger;

const maxLogBytes = 1024 * 1024;

export interface LogOptions {
  /** Lines for a person as well, for an agent that runs in a terminal. */
  readonly terminal?: NodeJS.WritableStream | undefined;
  readonly maxBytes?: number;
}

/**
 * A log at `path`, one JSON object a line, mode 0600. Above 1 MiB it becomes `path.1`, in the place of
 * the older one. Written at once, so that the last lines before a crash are there.
 */
export function openLog(path: string, options: LogOptions = {}): Log {
  const streams: pino.StreamEntry[] = [
    { level: 'info', stream: rotatingFile(path, options.maxBytes ?? maxLogBytes) },
  ];
  const { terminal } = options;
  if (terminal !== undefined) {
    streams.push({
      level: 'info',
      stream: { write: (line) => terminal.write(forPeople(withoutSecrets(line))) },
    });
  }
  return pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { error: describe } },
    pino.multistream(streams),
  );
}

export function silentLog(): Log {
  return pino({ level: 'silent' });
}

function rotatingFile(path: string, maxBytes: number): { write(line: string): void } {
  let file = openForAppending(path);
  let size = fstatSync(file).size;
  return {
    write(text) {
      const line = withoutSecrets(text);
      if (size > maxBytes) {
        closeSync(file);
        renameSync(path, `${path}.1`);
        file = openForAppending(path);
        size = 0;
      }
      size += writeSync(file, line);
    },
  };
}

/**
 * A line without passwords of addresses, and without what follows the question mark, where downloads
 * carry signatures. They come in the messages of others: QEMU's, a server's, the system's.
 */
export function withoutSecrets(line: string): string {
  return line
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s"'/@]*@/gi, '$1…@')
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s"'?]*)\?[^\s"'\\]*/gi, '$1?…')
    .replaceAll(
      /\b((?:password|passwd|secret|token)[\w-]*\\?["']?\s*[=:]\s*\\?["']?)[^\s"'\\,;&]+/gi,
      '$1…',
    );
}

function openForAppending(path: string): number {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants;
  return openSync(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600);
}

function forPeople(line: string): string {
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== 'object' || entry === null) return line;
  const { time, msg, machine } = { time: '', msg: '', machine: undefined, ...entry };
  const subject = machine === undefined ? '' : `${machine}: `;
  const text = `${String(time).slice(11, 19)} ${subject}${msg}`;
  // Machines and files are named by others, and this goes to a terminal.
  return `${text.replaceAll(/\p{Cc}/gu, '')}\n`;
}

/** An error with the errors underneath it. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return { name, code, message, stack, ...(cause === undefined ? {} : { cause: describe(cause) }) };
}
