/**
 * Errors are values a person can act on: a stable code for programs, a message that says what
 * happened and what was kept, and a hint that says what to do next.
 *
 *   TorporError
 *     code     one of ErrorCode, never reworded between versions
 *     message  one sentence for a person
 *     hint     what to do next, or undefined when there is nothing to do
 *     details  plain data: the exact differences of a refused state, the bytes that are missing
 *     cause    the error underneath, kept whole
 */

/** What a failing command exits with; see docs/cli.md. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  noSuchMachine: 3,
  wrongStatus: 4,
  stateRefused: 5,
  busy: 6,
  hypervisorUnavailable: 7,
  noSpace: 8,
  // of “torpor preflight” alone: its answer when that is not a yes
  preflightNo: 10,
  preflightUnknown: 11,
  preflightWarning: 12,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Every code, with the exit status of a command that fails with it. */
const codes = {
  // machines and library
  NO_SUCH_MACHINE: exitCodes.noSuchMachine,
  MACHINE_EXISTS: exitCodes.failed,
  MACHINE_BROKEN: exitCodes.failed,
  CONFIG_INVALID: exitCodes.failed,
  CONFIG_TOO_NEW: exitCodes.failed,
  WRONG_STATUS: exitCodes.wrongStatus,
  BUSY: exitCodes.busy,
  CANCELLED: exitCodes.failed,
  LIBRARY_UNAVAILABLE: exitCodes.failed,
  LIBRARY_IN_USE: exitCodes.busy,
  /** A machine names files outside its bundle, and nobody here agreed to that. */
  CONSENT_NEEDED: exitCodes.failed,
  // saved states
  STATE_DAMAGED: exitCodes.stateRefused,
  STATE_DOES_NOT_FIT: exitCodes.stateRefused,
  STATE_MISSING: exitCodes.stateRefused,
  /** It is encrypted, and its key cannot be had. */
  STATE_LOCKED: exitCodes.stateRefused,
  /** Only ever a note: a saved state was deliberately left as it is. */
  STATE_LEFT: exitCodes.done,
  /** Only ever a warning, before NO_SPACE: a volume that machines run on is getting full. */
  SPACE_LOW: exitCodes.done,
  /** Only ever a question: what becomes of a guest whose window a person closed. */
  WINDOW_CLOSING: exitCodes.done,
  SUSPEND_FAILED: exitCodes.failed,
  /** The process must not end: guests that live in it could not be saved. */
  WOULD_LOSE_GUESTS: exitCodes.busy,
  RESUME_FAILED: exitCodes.failed,
  /** A saved state could not be compacted, encrypted or expanded; it is as it was. */
  COMPACT_FAILED: exitCodes.failed,
  // hypervisor and host
  HYPERVISOR_UNAVAILABLE: exitCodes.hypervisorUnavailable,
  HYPERVISOR_FAILED: exitCodes.failed,
  HYPERVISOR_DISCONNECTED: exitCodes.failed,
  GUEST_ENDED: exitCodes.failed,
  CAPABILITY_MISSING: exitCodes.failed,
  /** The host allows no further guest of this kind at once: macOS allows two macOS guests. */
  GUEST_LIMIT: exitCodes.busy,
  INSTALL_FAILED: exitCodes.failed,
  /** Preflight said no, or could not tell and nobody said to go on. */
  INSTALL_REFUSED: exitCodes.failed,
  DISK_UNAVAILABLE: exitCodes.failed,
  NO_SPACE: exitCodes.noSpace,
  PATH_TOO_LONG: exitCodes.failed,
  PERMISSION_DENIED: exitCodes.failed,
  SYSTEM_CALL_FAILED: exitCodes.failed,
  TIMED_OUT: exitCodes.failed,
  // preflight and downloads
  IMAGE_INVALID: exitCodes.failed,
  REMOTE_FAILED: exitCodes.failed,
  REMOTE_CHANGED: exitCodes.failed,
  TABLE_REFUSED: exitCodes.failed,
  // agent and clients
  AGENT_UNREACHABLE: exitCodes.failed,
  BAD_REQUEST: exitCodes.usage,
  UNKNOWN_METHOD: exitCodes.usage,
  INTERNAL: exitCodes.failed,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof codes;

/** An error as plain data: what crosses the control socket and what `--json` prints. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface TorporErrorOptions {
  readonly hint?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** The one error class of Torpor; callers tell errors apart by `code`, never by message. */
export class TorporError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: TorporErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TorporError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }
}

export function exitCodeOf(code: ErrorCode): ExitCode {
  return codes[code];
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(codes, value);
}

/** Plain data of an error, without its cause: causes may hold paths and stacks a client must not need. */
export function toProblem(error: unknown): Problem {
  const known = toTorporError(error);
  return {
    code: known.code,
    message: known.message,
    ...(known.hint === undefined ? {} : { hint: known.hint }),
    ...(known.details === undefined ? {} : { details: known.details }),
  };
}

export function fromProblem(problem: Problem): TorporError {
  return new TorporError(problem.code, problem.message, problem);
}

/**
 * `error` itself when it is ours; an abort as CANCELLED; a system error by its errno; anything else as
 * INTERNAL. The cause is kept.
 */
export function toTorporError(error: unknown): TorporError {
  if (error instanceof TorporError) return error;
  const errno = errnoOf(error);
  const text = error instanceof Error ? error.message : shown(error);
  if (error instanceof Error && error.name === 'AbortError') {
    return new TorporError('CANCELLED', 'It was cancelled.', { cause: error });
  }
  switch (errno) {
    case undefined:
      return new TorporError('INTERNAL', text, {
        cause: error,
        hint: 'This is a fault in Torpor. Please report it with the log.',
      });
    case 'ENOSPC':
    case 'EDQUOT':
      return new TorporError('NO_SPACE', `The volume is full: ${text}`, {
        cause: error,
        hint: 'Free some space and try again.',
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new TorporError('PERMISSION_DENIED', text, {
        cause: error,
        hint: 'Check who owns the file and whether the volume can be written.',
      });
    default:
      return new TorporError('SYSTEM_CALL_FAILED', text, { cause: error });
  }
}

/** Anything can be thrown, also an object whose `toString` throws. */
function shown(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return 'Something was thrown that has no text.';
  }
}

/** The errno name (`ENOENT`) of a Node or addon error, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const { code } = error;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** Makes the compiler prove that a switch over a union is complete. */
export function assertNever(value: never): never {
  throw new TorporError('INTERNAL', `Unexpected value: ${JSON.stringify(value)}`);
}
