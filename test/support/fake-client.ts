import type { AppState, MachineView } from '../../src/contract/app-state.ts';
import type { Client } from '../../src/contract/json-rpc.ts';
import type { Events, RequestName, Requests } from '../../src/contract/requests.ts';
import { TorporError } from '../../src/core/errors.ts';
import { createEmitter } from '../../src/core/events.ts';
import { possibleOperations } from '../../src/core/status.ts';

/** What a fake agent answers; a request without an answer fails as one the agent does not know. */
export type Answers = {
  readonly [Name in RequestName]?: (
    params: Parameters<Requests[Name]>[0],
  ) => ReturnType<Requests[Name]> | Promise<ReturnType<Requests[Name]>>;
};

export interface FakeClient extends Client {
  /** What was asked, in order. */
  readonly calls: readonly { readonly method: RequestName; readonly params: unknown }[];
  emit<K extends keyof Events>(kind: K, payload: Events[K]): void;
  /** Ends the connection as an agent that dies does. */
  end(): void;
}

export function fakeClient(answers: Answers = {}): FakeClient {
  const calls: { method: RequestName; params: unknown }[] = [];
  const events = createEmitter<Events>((error) => {
    throw error;
  });
  const { promise: closed, resolve: end } = Promise.withResolvers<void>();
  return {
    calls,
    closed,
    end,
    async request(method, params) {
      calls.push({ method, params });
      const answer = answers[method];
      if (answer === undefined) throw new TorporError('UNKNOWN_METHOD', `No answer to ${method}.`);
      return answer(params);
    },
    on: events.on,
    emit: events.emit,
    close: end,
  };
}

export function machineView(changes: Partial<MachineView> = {}): MachineView {
  const { status = 'stopped' } = changes;
  return {
    id: '6f1c2d3e-0000-4000-8000-000000000001',
    name: 'web',
    path: '/library/web.torpor',
    status,
    driver: 'qemu',
    memoryMiB: 2048,
    cpus: 2,
    savedState: null,
    problem: null,
    progress: null,
    operations: possibleOperations(status),
    lastUsed: 0,
    ...changes,
  };
}

export function appState(machines: readonly MachineView[] = [], revision = 1): AppState {
  return {
    revision,
    agent: {
      version: '0.1.0',
      pid: 4321,
      startedAt: '2026-01-02T03:04:05.000Z',
      phase: 'ready',
    },
    library: {
      path: '/library',
      space: { available: 10 * 2 ** 30, total: 20 * 2 ** 30 },
      problem: null,
    },
    machines,
    creations: [],
    downloads: [],
    outlook: null,
  };
}
