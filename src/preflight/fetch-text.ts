import { TorporError } from '../core/errors.ts';
import { connectionFailed, type HttpOptions, hostOf, limitOf } from './image/http-range.ts';

/** Text of an address, at most `longest` bytes. Throws REMOTE_FAILED and CANCELLED. */
export async function fetchText(
  url: string,
  longest: number,
  options: HttpOptions,
): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    const response = await fetch(url, { signal: limitOf(options) });
    if (!response.ok) {
      await response.body?.cancel();
      throw new TorporError(
        'REMOTE_FAILED',
        `${hostOf(url)} answered with HTTP ${response.status}.`,
        {
          hint: 'Check the address and try again later.',
        },
      );
    }
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > longest) {
        throw new TorporError(
          'REMOTE_FAILED',
          `${hostOf(url)} sends more than such a list can be.`,
        );
      }
      parts.push(chunk);
    }
  } catch (error) {
    throw error instanceof TorporError ? error : connectionFailed(url, error, options);
  }
  return Buffer.concat(parts).toString('utf8');
}
