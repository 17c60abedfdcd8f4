import { createConnection } from 'node:net';
import { TorporError, toTorporError } from '../../../core/errors.ts';
import { type Calls, createCalls } from './calls.ts';
import * as errors from './errors.ts';
import { parseMessage, type QmpMessage, type QmpVersion } from './messages.ts';
import { createPending, type Limits, type Pending } from './pending.ts';
import { createSubscriptions, type Subscriptions } from './subscriptions.ts';
import { createWire, type QmpStreams } from './wire.ts';

export interface QmpClient {
  /** What QEMU said of itself when it greeted. */
  readonly version: QmpVersion;

  /**
   * Runs a command. Calls may overlap; replies find their call whatever their order. Limited to 30 s
   * unless `limits` says otherwise; after TIMED_OUT and CANCELLED QEMU may still carry it out.
   * Errors: see errors.ts.
   */
  readonly execute: Calls['execute'];

  /** Calls `listener` at every such event. Events before the subscription are not kept. */
  readonly on: Subscriptions['on'];

  /**
   * The first such event from now on whose data satisfies `predicate`; no time limit unless given.
   * Call it before the command that brings the event about: an event may arrive before the reply.
   * Rejects with the connection's error when that ends first.
   */
  readonly waitFor: Subscriptions['waitFor'];

  /** Settles when the connection has ended: with undefined after `close`, else with the error. */
  readonly closed: Promise<TorporError | undefined>;

  /** Ends the connection, and every call and wait with it. QEMU and its guest go on. */
  close(): void;
}

export interface QmpOptions extends Limits {
  /** Milliseconds for connecting, the greeting and the negotiation together; 10 s by default. */
  readonly timeoutMs?: number | undefined;
  /** Hears of what was passed over: replies nobody asked for, listeners that failed. */
  readonly onWarning?: ((message: string, cause?: unknown) => void) | undefined;
}

/**
 * Connects to QEMU's control socket, once: who starts QEMU waits until it listens. QEMU serves one
 * client at a time, and lets a second one wait for its greeting: that is TIMED_OUT here.
 * Whatever fails leaves no open socket behind. Errors: see errors.ts.
 */
export async function connectQmp(path: string, options: QmpOptions = {}): Promise<QmpClient> {
  const socket = createConnection(path);
  let connected = false;
  socket.once('connect', () => {
    connected = true;
  });
  try {
    return await openQmp({ input: socket, output: socket }, options);
  } catch (error) {
    if (!connected && socket.errored !== null) throw errors.notListening(path, socket.errored);
    throw error;
  }
}

/**
 * Talks QMP over streams that are open or opening (`-qmp stdio` of a child process, a socket): waits
 * for the greeting and leaves negotiation mode. Owns the streams from here on, also when it fails.
 */
export async function openQmp(streams: QmpStreams, options: QmpOptions = {}): Promise<QmpClient> {
  const { timeoutMs = 10_000, signal, onWarning: warn = () => {} } = options;
  const deadline = performance.now() + timeoutMs;
  const closed = Promise.withResolvers<TorporError | undefined>();
  let stage: errors.ConnectionStage = 'greeting';
  let greeting: Pending<QmpVersion> | undefined;

  const wire = createWire(streams, {
    onValue: receive,
    onProblem: (problem) => end(problem, problem),
    onLost(cause, cutBytes) {
      const error = errors.connectionLost(stage, { cause, cutBytes });
      end(error, error);
    },
  });
  const calls = createCalls(wire.send);
  const subscriptions = createSubscriptions(warn);

  function end(error: TorporError, outcome: TorporError | undefined): void {
    wire.end();
    greeting?.reject(error);
    calls.failAll(error);
    subscriptions.failAll(error);
    closed.resolve(outcome);
  }

  function receive(value: unknown): void {
    const message = parseMessage(value);
    if (stage === 'greeting') receiveGreeting(message, value);
    else if (message !== undefined) dispatch(message);
    else {
      const error = errors.notAMessage(value);
      end(error, error);
    }
  }

  function receiveGreeting(message: QmpMessage | undefined, value: unknown): void {
    if (message?.kind === 'greeting') {
      stage = 'negotiation';
      greeting?.resolve(message.version);
    } else {
      const error = errors.notAGreeting(value);
      end(error, error);
    }
  }

  function dispatch(message: QmpMessage): void {
    if (message.kind === 'event') subscriptions.deliver(message);
    else if (message.kind === 'greeting') warn('QEMU greeted a second time.');
    else if (!calls.settle(message)) warn('QEMU answered a call that was never made.', message);
  }

  async function negotiate(): Promise<QmpVersion> {
    greeting = createPending(
      "Waiting for QEMU's greeting",
      { timeoutMs, signal },
      () => {},
      errors.noGreeting,
    );
    const version = await greeting.promise;
    const remaining = Math.max(1, Math.round(deadline - performance.now()));
    try {
      await calls.execute('qmp_capabilities', {}, { timeoutMs: remaining, signal });
    } catch (error) {
      throw isRefusal(error) ? errors.negotiationFailed(error) : error;
    }
    stage = 'open';
    return version;
  }

  try {
    const version = await negotiate();
    return {
      version,
      execute: calls.execute,
      on: subscriptions.on,
      waitFor: subscriptions.waitFor,
      closed: closed.promise,
      close: () => end(errors.closedHere(), undefined),
    };
  } catch (error) {
    const reason = toTorporError(error);
    end(reason, reason);
    throw reason;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof TorporError && error.code === 'HYPERVISOR_FAILED';
}
