import { truncate } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TorporError } from '../../../src/core/errors.ts';
import { inspectRestoreImage } from '../../../src/preflight/image/restore-image.ts';
import { type Folder, makeFolder } from '../support/folder.ts';
import { sequoia, writeImage } from '../support/image.ts';
import { type FileServer, partOf, startServer } from '../support/server.ts';

let folder: Folder;
let server: FileServer;
let path: string;
let size: number;

beforeAll(async () => {
  folder = await makeFolder();
  path = folder.at('remote.ipsw');
  ({ size } = await writeImage(path, { ...sequoia, extraEntries: 2000 }));
});
afterAll(async () => await folder[Symbol.asyncDispose]());
beforeEach(async () => {
  server = await startServer(path);
});
afterEach(async () => await server[Symbol.asyncDispose]());

const waits: number[] = [];
const options = {
  timeoutMs: 5_000,
  wait: async (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
  },
};

async function refusal(location = server.url, more: object = {}): Promise<TorporError> {
  try {
    await inspectRestoreImage(location, { ...options, ...more });
  } catch (error) {
    if (error instanceof TorporError) return error;
    throw error;
  }
  throw new Error('the image was read');
}

function endless(chunk: Buffer, write: (chunk: Buffer) => boolean): void {
  for (let sent = 0; sent < 64; sent += 1) if (!write(chunk)) return;
}

describe('a server that misbehaves', () => {
  test('without ranges is refused without downloading the image', async () => {
    server.misbehave = (_, response) => {
      response.writeHead(200, { 'content-length': size });
      endless(Buffer.alloc(1 << 16), (chunk) => response.write(chunk));
      return true;
    };
    const error = await refusal();
    expect(error.code).toBe('REMOTE_FAILED');
    expect(error.message).toMatch(/only whole files.*cannot be checked before it is downloaded/);
    expect(error.hint).toMatch(/Download the image/);
    expect(server.asked).toHaveLength(2);
  });

  test('that does not know “the last bytes” is asked for its length first', async () => {
    server.misbehave = (request, response) => {
      if (request.headers.range?.startsWith('bytes=-') !== true) return false;
      response.writeHead(200, { 'content-length': size });
      response.write('PK');
      return true;
    };
    const image = await inspectRestoreImage(server.url, options);
    expect(image.build).toBe('24G90');
    expect(image.counts.requests).toBeLessThanOrEqual(5);
  });

  test.each([
    ['no Content-Range', {}],
    ['an unknown length', { 'content-range': 'bytes 0-9/*' }],
    ['a range that ends beyond the file', { 'content-range': 'bytes 5-10/10' }],
    ['a range backwards', { 'content-range': 'bytes 9-5/10' }],
    ['another unit', { 'content-range': 'items 0-9/10' }],
    ['a compressed part', { 'content-range': 'bytes 0-9/10', 'content-encoding': 'br' }],
  ])('that answers with %s is refused', async (_, headers) => {
    server.misbehave = (_request, response) => {
      response.writeHead(206, headers).end('0123456789');
      return true;
    };
    expect(await refusal()).toMatchObject({ code: 'REMOTE_FAILED' });
    expect(server.asked).toHaveLength(1);
  });

  test('that sends another part than asked for is refused', async () => {
    server.misbehave = (request, response, nth) => {
      if (nth === 1) return false;
      const part = partOf(request.headers.range, size);
      if (part === undefined || part === 'outside') return false;
      response.writeHead(206, {
        etag: '"first"',
        'content-range': `bytes ${part.start - 1}-${part.end - 2}/${size}`,
      });
      response.end(Buffer.alloc(part.end - part.start));
      return true;
    };
    expect((await refusal()).message).toMatch(/another part/);
  });

  test('that sends a short or an overlong body is refused, at once', async () => {
    const respond = (length: number) => {
      server.misbehave = (request, response) => {
        const part = partOf(request.headers.range, size);
        if (part === undefined || part === 'outside') return false;
        response.writeHead(206, {
          'content-range': `bytes ${part.start}-${part.end - 1}/${size}`,
          'transfer-encoding': 'chunked',
        });
        response.end(Buffer.alloc(length));
        return true;
      };
    };
    respond(1000);
    expect((await refusal()).message).toMatch(/promised 131072 bytes and sent 1000/);
    respond(1 << 20);
    expect((await refusal()).message).toMatch(/another part/);
  });

  test('that lies about its length in either direction is refused', async () => {
    server.misbehave = (request, response) => {
      const part = partOf(request.headers.range, size * 4);
      if (part === undefined || part === 'outside') return false;
      response.writeHead(206, {
        'content-range': `bytes ${part.start}-${part.end - 1}/${size * 4}`,
      });
      response.end(Buffer.alloc(part.end - part.start));
      return true;
    };
    expect(await refusal()).toMatchObject({ code: 'IMAGE_INVALID' });
    expect(server.asked.length).toBeLessThanOrEqual(2);
  });

  test('that closes the connection is asked three times and then named', async () => {
    server.misbehave = (_, response) => {
      response.destroy();
      return true;
    };
    const error = await refusal();
    expect(error).toMatchObject({ code: 'REMOTE_FAILED' });
    expect(error.hint).toMatch(/network connection/);
    expect(server.asked).toHaveLength(3);
  });

  test('that closes in the middle of a body is an error, never a short image', async () => {
    server.misbehave = (request, response) => {
      const part = partOf(request.headers.range, size);
      if (part === undefined || part === 'outside') return false;
      response.writeHead(206, {
        'content-length': part.end - part.start,
        'content-range': `bytes ${part.start}-${part.end - 1}/${size}`,
      });
      response.write(Buffer.alloc(100), () => response.destroy());
      return true;
    };
    expect(await refusal()).toMatchObject({ code: 'REMOTE_FAILED' });
  });

  test('that never answers is given up', async () => {
    server.misbehave = () => true;
    const error = await refusal(server.url, { timeoutMs: 50 });
    expect(error.message).toMatch(/did not answer in time/);
  });

  test('that is busy is asked again after the time it names, and then read', async () => {
    waits.length = 0;
    server.misbehave = (_, response, nth) => {
      if (nth > 2) return false;
      response.writeHead(503, nth === 1 ? { 'retry-after': '2' } : {}).end();
      return true;
    };
    const image = await inspectRestoreImage(server.url, options);
    expect(image.build).toBe('24G90');
    expect(waits).toEqual([2000, 1000]);
  });

  test('that is busy for too long is not waited for', async () => {
    server.misbehave = (_, response) => {
      response.writeHead(503, { 'retry-after': '3600' }).end();
      return true;
    };
    expect((await refusal()).message).toMatch(/too busy/);
    expect(server.asked).toHaveLength(1);
  });

  test.each([
    [403, /does not let Torpor read/],
    [404, /no image at this address/],
    [500, /HTTP 500/],
  ])('that refuses with %d is quoted, once', async (status, message) => {
    server.misbehave = (_, response) => {
      response.writeHead(status).end('no');
      return true;
    };
    const error = await refusal();
    expect(error.message).toMatch(message);
    expect(error.hint).toBeDefined();
    expect(server.asked).toHaveLength(1);
  });

  test('that cannot be reached at all is an error', async () => {
    const { url } = server;
    await server[Symbol.asyncDispose]();
    expect((await refusal(url)).message).toMatch(/could not be reached \(ECONNREFUSED\)/);
    server = await startServer(path);
  });
});

describe('redirects', () => {
  test('are followed, and the next requests go where the first one ended', async () => {
    server.misbehave = (request, response) => {
      if (request.url !== '/start') return false;
      response.writeHead(302, { location: '/UniversalMac_Restore.ipsw' }).end();
      return true;
    };
    const image = await inspectRestoreImage(new URL('/start', server.url).href, options);
    expect(image.build).toBe('24G90');
    expect(image.counts.requests).toBeLessThanOrEqual(5);
    expect(server.asked.filter((each) => each.path === '/start')).toHaveLength(1);
  });

  test('in a loop end after five', async () => {
    server.misbehave = (_, response) => {
      response.writeHead(302, { location: '/again' }).end();
      return true;
    };
    expect((await refusal()).message).toMatch(/redirects more than 5 times/);
    expect(server.asked).toHaveLength(6);
  });

  test.each(['ftp://example.invalid/x', 'file:///etc/passwd', 'http://'])(
    'to %s are not followed',
    async (location) => {
      server.misbehave = (_, response) => {
        response.writeHead(302, { location }).end();
        return true;
      };
      expect(await refusal()).toMatchObject({ code: 'REMOTE_FAILED' });
      expect(server.asked).toHaveLength(1);
    },
  );
});

describe('a file that changes between requests', () => {
  test.each([
    ['another ETag', '"second"'],
    ['a missing ETag', undefined],
  ])('is noticed by %s', async (_, etag) => {
    server.misbehave = (_request, _response, nth) => {
      if (nth === 2) server.etag = etag;
      return false;
    };
    expect(await refusal()).toMatchObject({ code: 'REMOTE_CHANGED' });
  });

  test('is noticed by its length when the server has no ETags', async () => {
    const other = folder.at('shorter.ipsw');
    await writeImage(other, { ...sequoia, extraEntries: 2000 });
    await server.serve(other);
    server.etag = undefined;
    server.misbehave = async (_request, _response, nth) => {
      if (nth === 2) await truncate(other, size - 10);
      return false;
    };
    expect(await refusal()).toMatchObject({ code: 'REMOTE_CHANGED' });
  });
});

test('cancelling ends the reading', async () => {
  const controller = new AbortController();
  server.misbehave = () => {
    controller.abort();
    return true;
  };
  expect(await refusal(server.url, { signal: controller.signal })).toMatchObject({
    code: 'CANCELLED',
  });
});

test('an address that is neither http nor https is refused', async () => {
  expect(await refusal('ftp://example.invalid/image.ipsw')).toMatchObject({ code: 'BAD_REQUEST' });
});
