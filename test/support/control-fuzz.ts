import fc from 'fast-check';
import { rawClient } from './raw-client.ts';

/** Lines that a client could send: bytes, JSON, and requests that are nearly right. */
export function hostileLines(methods: readonly string[]): fc.Arbitrary<Uint8Array[]> {
  const json = fc.jsonValue({ maxDepth: 4 });
  const machine = fc.oneof(fc.constantFrom('Demo', '/', '..', '\u0000', 'x'.repeat(4096)), json);
  const request = fc.record(
    {
      jsonrpc: fc.constantFrom('2.0', '1.0', 2),
      id: json,
      method: fc.oneof(fc.constantFrom(...methods), fc.string()),
      params: fc.oneof(
        json,
        fc.record({ machine, name: json, background: json, outside: json, kinds: json }),
        fc.record({ machine, cold: fc.boolean(), force: fc.boolean(), reason: json }),
      ),
    },
    { requiredKeys: [] },
  );
  const line = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);
  const one = fc.oneof(
    fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
    fc.integer({ min: 1, max: 300_000 }).map((length) => Buffer.alloc(length, '[')),
    fc.integer({ min: 1, max: 300_000 }).map((length) => Buffer.alloc(length, 0x0a)),
    json.map(line),
    request.map(line),
    fc.array(request, { maxLength: 50 }).map((many) => Buffer.concat(many.map(line))),
  );
  return fc.array(one, { maxLength: 12 });
}

/** How a client behaves after it has sent what it had. */
export type Manners = 'polite' | 'abrupt' | 'deaf';

/**
 * Sends `lines` on a connection of its own and ends it: after taking every answer, at once, or without
 * ever reading. Resolves when the connection is over.
 */
export async function misbehave(
  path: string,
  lines: readonly Uint8Array[],
  manners: Manners,
): Promise<void> {
  const client = await rawClient(path);
  if (manners === 'deaf') client.socket.pause();
  // An agent that closes the connection takes no more.
  const sent = client.send(Buffer.concat(lines));
  if (manners === 'polite') {
    await Promise.race([sent, client.closed]);
    client.socket.end();
    await client.closed;
    return;
  }
  await Promise.race([sent, new Promise((resolve) => setImmediate(resolve))]);
  client.socket.destroy();
}
