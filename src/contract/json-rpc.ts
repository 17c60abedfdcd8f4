import type { Problem } from './app-state.ts';
import type { Events, Params, RequestName, Result } from './requests.ts';

/**
 * The messages on the control socket: JSON-RPC 2.0, one a line, UTF-8. Events are notifications whose
 * method is `event.` and the event's kind.
 */
export type RpcId = string | number | null;

export interface RpcRequest<N extends RequestName = RequestName> {
  readonly jsonrpc: '2.0';
  readonly id: RpcId;
  readonly method: N;
  readonly params: Params<N>;
}

export interface RpcSuccess<N extends RequestName = RequestName> {
  readonly jsonrpc: '2.0';
  readonly id: RpcId;
  readonly result: Result<N>;
}

export interface RpcFailure {
  readonly jsonrpc: '2.0';
  readonly id: RpcId;
  /** `data` is the whole error for Torpor's clients; `code` and `message` are for any other. */
  readonly error: { readonly code: number; readonly message: string; readonly data: Problem };
}

export interface RpcEvent<K extends keyof Events = keyof Events> {
  readonly jsonrpc: '2.0';
  readonly method: `event.${K}`;
  readonly params: Events[K];
}

/** A client's way to the agent, whatever carries it. */
export interface Client {
  request<N extends RequestName>(method: N, params: Params<N>): Promise<Result<N>>;
  on<K extends keyof Events>(kind: K, listener: (payload: Events[K]) => void): () => void;
  close(): void;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
}
