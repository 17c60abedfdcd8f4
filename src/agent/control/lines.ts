/** Far above any request, far below what would hurt the agent. */
export const maxRequestBytes = 1024 * 1024;

export type Line =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'notUtf8' }
  /** The last one: where the next line begins is not known. */
  | { readonly kind: 'overlong' };

const newline = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The lines of a byte stream, without empty ones, and what comes after the last newline. They are
 * found among bytes and decoded whole, so a character that arrives in two packets is safe.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  limit = maxRequestBytes,
): AsyncGenerator<Line, void, undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    while (start < chunk.length) {
      const end = chunk.indexOf(newline, start);
      const part = chunk.subarray(start, end === -1 ? undefined : end);
      parts.push(part);
      length += part.length;
      if (length > limit) {
        yield { kind: 'overlong' };
        return;
      }
      if (end === -1) break;
      start = end + 1;
      const line = decode(parts, length);
      parts = [];
      length = 0;
      if (line !== undefined) yield line;
    }
  }
  const last = decode(parts, length);
  if (last !== undefined) yield last;
}

function decode(parts: readonly Uint8Array[], length: number): Line | undefined {
  let text: string;
  try {
    text = utf8.decode(Buffer.concat(parts, length)).trim();
  } catch {
    return { kind: 'notUtf8' };
  }
  return text === '' ? undefined : { kind: 'text', text };
}
