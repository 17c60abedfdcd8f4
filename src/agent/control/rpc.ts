import { z } from 'zod';
import type { RpcFailure, RpcId } from '../../contract/json-rpc.ts';
import type { RequestName } from '../../contract/requests.ts';
import { type ErrorCode, TorporError, toProblem } from '../../core/errors.ts';
import { nestsDeeperThan } from './depth.ts';
import type { Line } from './lines.ts';
import { isRequestName } from './params.ts';

/** One line from a client, understood as far as JSON-RPC 2.0 goes; its parameters are not checked yet. */
export type Incoming =
  | {
      readonly kind: 'request';
      /** Undefined for a notification, which is never answered. */
      readonly id: RpcId | undefined;
      readonly method: RequestName;
      readonly params: unknown;
    }
  | { readonly kind: 'refused'; readonly answer: RpcFailure | undefined };

/** The deepest request, which makes a machine, has four levels. */
const maxDepth = 16;

const request = z.object({
  jsonrpc: z.literal('2.0'),
  method: z.string(),
  params: z.unknown().optional(),
  id: z.union([z.string().max(256), z.number(), z.null()]).optional(),
});

/** The codes of the specification (section 5.1); everything of Torpor's own is a server error. */
const rpcCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  serverError: -32000,
} as const;

export function readLine(line: Line): Incoming {
  switch (line.kind) {
    case 'overlong':
      return refuse(rpcCodes.invalidRequest, 'The line is too long; the connection ends here.');
    case 'notUtf8':
      return refuse(rpcCodes.parseError, 'The line is not UTF-8.');
    case 'text':
      return readMessage(line.text);
  }
}

function readMessage(text: string): Incoming {
  if (nestsDeeperThan(maxDepth, text)) {
    return refuse(rpcCodes.invalidRequest, 'The line nests deeper than any request does.');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse(rpcCodes.parseError, 'The line is not JSON.');
  }
  if (Array.isArray(value)) {
    return refuse(rpcCodes.invalidRequest, 'Batches are not supported: send one request a line.');
  }
  const result = request.safeParse(value);
  if (!result.success) {
    return refuse(rpcCodes.invalidRequest, 'The line is not a JSON-RPC 2.0 request.');
  }
  const { id, method, params = {} } = result.data;
  if (isRequestName(method)) return { kind: 'request', id, method, params };
  const unknown = new TorporError('UNKNOWN_METHOD', 'The agent has no such request.', {
    hint: 'It may be older or newer than this client: “torpor agent status” shows its version.',
  });
  return { kind: 'refused', answer: id === undefined ? undefined : failure(id, unknown) };
}

/** `error` as an answer to the request `id`. */
export function failure(id: RpcId, error: unknown): RpcFailure {
  const data = toProblem(error);
  return { jsonrpc: '2.0', id, error: { code: rpcCodeOf(data.code), message: data.message, data } };
}

function rpcCodeOf(code: ErrorCode): number {
  if (code === 'BAD_REQUEST') return rpcCodes.invalidParams;
  if (code === 'UNKNOWN_METHOD') return rpcCodes.methodNotFound;
  return code === 'INTERNAL' ? rpcCodes.internalError : rpcCodes.serverError;
}

/** A line that cannot be told apart from any other gets an answer without an id, as section 5 says. */
function refuse(code: number, message: string): Incoming {
  const data = { code: 'BAD_REQUEST', message } as const;
  return { kind: 'refused', answer: { jsonrpc: '2.0', id: null, error: { code, message, data } } };
}
