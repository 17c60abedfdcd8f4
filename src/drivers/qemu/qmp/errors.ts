import { errnoOf, TorporError, toTorporError } from '../../../core/errors.ts';
import type { QmpErrorReply } from './messages.ts';

/**
 * How talking to QEMU fails, and what a caller can do about it:
 *
 *   HYPERVISOR_FAILED        QEMU refused the command; the connection is fine.
 *                            details {command, class, desc}; without class, its reply made no sense
 *   HYPERVISOR_DISCONNECTED  the connection is gone, or never came to be; every call and wait ends
 *                            with this one error. details.stage says how far it had come:
 *                              connect      nobody listens on the socket; details.errno says why
 *                              greeting     something listens, but it did not greet as QEMU does
 *                              negotiation  QEMU greeted, and refused to talk further
 *                              protocol     what came was no QMP message
 *                              open         it had worked, and ended
 *   TIMED_OUT, CANCELLED     only this call or wait ended; QEMU may still carry the command out
 */
export type ConnectionStage = 'connect' | 'greeting' | 'negotiation' | 'protocol' | 'open';

export function commandRefused(command: string, reply: QmpErrorReply): TorporError {
  return new TorporError('HYPERVISOR_FAILED', `QEMU refused "${command}": ${reply.desc}`, {
    details: { command, class: reply.class, desc: reply.desc },
  });
}

export function replyNotUnderstood(command: string, cause: unknown): TorporError {
  return new TorporError(
    'HYPERVISOR_FAILED',
    `QEMU answered "${command}" in a form that Torpor does not know.`,
    { cause, details: { command }, hint: 'This QEMU may be newer than Torpor. Please report it.' },
  );
}

export function notListening(path: string, cause: unknown): TorporError {
  const errno = errnoOf(cause);
  return new TorporError(
    'HYPERVISOR_DISCONNECTED',
    `No QEMU answers on ${path}${errno === undefined ? '' : ` (${errno})`}.`,
    { cause, details: { stage: 'connect' satisfies ConnectionStage, errno } },
  );
}

export function notAGreeting(received: unknown): TorporError {
  return new TorporError(
    'HYPERVISOR_DISCONNECTED',
    'What answers on the control socket does not greet as QEMU does.',
    { details: { stage: 'greeting' satisfies ConnectionStage, received } },
  );
}

export function noGreeting(timeoutMs: number): TorporError {
  return new TorporError('TIMED_OUT', `QEMU did not greet within ${timeoutMs / 1000} s.`, {
    hint: 'QEMU greets one client at a time: another program may hold its control socket.',
    details: { stage: 'greeting' satisfies ConnectionStage },
  });
}

export function negotiationFailed(cause: unknown): TorporError {
  return new TorporError(
    'HYPERVISOR_DISCONNECTED',
    'QEMU refused to open its control connection.',
    {
      cause,
      details: { stage: 'negotiation' satisfies ConnectionStage },
    },
  );
}

export function notAMessage(received: unknown): TorporError {
  return new TorporError(
    'HYPERVISOR_DISCONNECTED',
    'QEMU sent something that is no QMP message on its control socket.',
    { details: { stage: 'protocol' satisfies ConnectionStage, received } },
  );
}

/** `cutBytes`: how much of an unfinished message had come when the connection ended. */
export function connectionLost(
  stage: ConnectionStage,
  options: { cause?: unknown; cutBytes?: number } = {},
): TorporError {
  return new TorporError('HYPERVISOR_DISCONNECTED', 'The connection to QEMU ended.', {
    cause: options.cause,
    details: { stage, ...(options.cutBytes ? { cutBytes: options.cutBytes } : {}) },
  });
}

export function closedHere(): TorporError {
  return new TorporError('HYPERVISOR_DISCONNECTED', 'Torpor closed the connection to QEMU.', {
    details: { stage: 'open' satisfies ConnectionStage },
  });
}

/** For `quit`: QEMU closes the connection when it ends, often before it has answered. */
export function unlessDisconnected(error: unknown): void {
  if (toTorporError(error).code !== 'HYPERVISOR_DISCONNECTED') throw error;
}
