/** A local web server for files by ranges, which misbehaves exactly as it is told. */

import { type FileHandle, open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly path: string;
}

/** Handles a request itself and returns true, or returns false to let the file be served. */
export type Misbehaviour = (
  request: IncomingMessage,
  response: ServerResponse,
  nth: number,
) => boolean | Promise<boolean>;

export interface FileServer extends AsyncDisposable {
  readonly url: string;
  readonly asked: Asked[];
  /** Bytes of bodies that were sent. */
  sent(): number;
  etag: string | undefined;
  misbehave: Misbehaviour;
  serve(path: string): Promise<void>;
}

export async function startServer(path?: string): Promise<FileServer> {
  let file: FileHandle | undefined;
  let sent = 0;
  const asked: Asked[] = [];
  const server: Server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { range, 'if-range': ifRange } = request.headers;
    asked.push({ range, ifRange: one(ifRange), path: request.url ?? '' });
    if (await self.misbehave(request, response, asked.length)) return;
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { size } = await file.stat();
    const part = partOf(range, size);
    const fresh = ifRange === undefined || ifRange === self.etag;
    if (self.etag !== undefined) response.setHeader('etag', self.etag);
    if (part === undefined || !fresh) {
      response.writeHead(200, { 'content-length': size });
      await pump(file, response, 0, size, (bytes) => {
        sent += bytes;
      });
      return;
    }
    if (part === 'outside') {
      response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
      return;
    }
    response.writeHead(206, {
      'content-length': part.end - part.start,
      'content-range': `bytes ${part.start}-${part.end - 1}/${size}`,
    });
    await pump(file, response, part.start, part.end, (bytes) => {
      sent += bytes;
    });
  };

  const self: FileServer = {
    url: '',
    asked,
    sent: () => sent,
    etag: '"first"',
    misbehave: () => false,
    serve: async (next) => {
      await file?.close();
      file = await open(next, 'r');
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await file?.close();
    },
  };
  if (path !== undefined) await self.serve(path);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = address(server);
  return Object.assign(self, { url: `http://127.0.0.1:${port}/UniversalMac_Restore.ipsw` });
}

function address(server: Server): AddressInfo {
  const found = server.address();
  if (found === null || typeof found === 'string') throw new Error('the server has no port');
  return found;
}

function one(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

export function partOf(
  range: string | undefined,
  size: number,
): { start: number; end: number } | 'outside' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '') return { start: Math.max(0, size - Number(last)), end: size };
  const start = Number(first);
  if (start >= size) return 'outside';
  return { start, end: last === '' ? size : Math.min(size, Number(last) + 1) };
}

async function pump(
  file: FileHandle,
  response: ServerResponse,
  start: number,
  end: number,
  count: (bytes: number) => void,
): Promise<void> {
  const chunk = Buffer.alloc(64 << 10);
  for (let at = start; at < end && !response.destroyed; ) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, end - at), at);
    if (bytesRead === 0) break;
    at += bytesRead;
    count(bytesRead);
    if (!response.write(Buffer.from(chunk.subarray(0, bytesRead)))) {
      await new Promise<void>((resolve) => {
        const go = (): void => {
          response.off('drain', go).off('close', go);
          resolve();
        };
        response.on('drain', go).on('close', go);
      });
    }
  }
  response.end();
}
