import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { TorporError } from '../../../src/core/errors.ts';
import { type Download, startDownload } from '../../../src/preflight/download/download.ts';
import type {
  DownloadEvent,
  DownloadOptions,
  DownloadRequest,
} from '../../../src/preflight/download/events.ts';
import { journalPath, partPath } from '../../../src/preflight/download/part-file.ts';
import { type Folder, makeFolder } from './folder.ts';
import { type FileServer, partOf, startServer } from './server.ts';

export const length = 5_000_000;
export const content = Buffer.alloc(length);
for (let at = 0; at < length; at += 4) content.writeUInt32LE(Math.imul(at, 2654435761) >>> 0, at);
export const sha256 = createHash('sha256').update(content).digest('hex');
export const sha1 = createHash('sha1').update(content).digest('hex');

/** A server with a file, a folder to download to, and what happened; made anew for each test. */
export interface DownloadLab {
  readonly folder: Folder;
  readonly server: FileServer;
  target: string;
  events: DownloadEvent[];
  begin(more?: Partial<DownloadRequest>, options?: DownloadOptions): Download;
  /** Events but progress, by kind. */
  kinds(): string[];
  expectWhole(): Promise<void>;
  /** The next `times` answers send `bytes` of what was asked for and then close the connection. */
  closeAfter(bytes: number, times?: number): void;
}

/** Calls the hooks of the test file that uses it. */
export function downloadLab(): DownloadLab {
  let folder: Folder;
  let server: FileServer;
  let nth = 0;
  beforeAll(async () => {
    folder = await makeFolder();
    await writeFile(folder.at('remote'), content);
  });
  afterAll(async () => await folder[Symbol.asyncDispose]());
  beforeEach(async () => {
    nth += 1;
    lab.target = folder.at(`image-${nth}.ipsw`);
    lab.events = [];
    server = await startServer(folder.at('remote'));
  });
  afterEach(async () => await server[Symbol.asyncDispose]());

  const lab: DownloadLab = {
    get folder() {
      return folder;
    },
    get server() {
      return server;
    },
    target: '',
    events: [],
    begin: (more = {}, options = {}) =>
      startDownload(
        { url: server.url, target: lab.target, ...more },
        {
          wait: async () => {},
          flushEvery: 1 << 21,
          ...options,
          onEvent: (event) => {
            lab.events.push(event);
            options.onEvent?.(event);
          },
        },
      ),
    kinds: () => lab.events.map((event) => event.kind).filter((kind) => kind !== 'progress'),
    expectWhole: async () => {
      expect((await readFile(lab.target)).equals(content)).toBe(true);
      expect(existsSync(partPath(lab.target))).toBe(false);
      expect(existsSync(journalPath(lab.target))).toBe(false);
    },
    closeAfter: (bytes, times = 1) => {
      server.misbehave = (request, response, count) => {
        if (count > times) return false;
        const part = partOf(request.headers.range, length);
        const start = part === undefined || part === 'outside' ? 0 : part.start;
        response.writeHead(start === 0 ? 200 : 206, {
          etag: '"first"',
          'content-length': length - start,
          ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${length - 1}/${length}` }),
        });
        response.write(content.subarray(start, start + bytes), () => response.destroy());
        return true;
      };
    },
  };
  return lab;
}

export async function refusal(download: Download): Promise<TorporError> {
  const error = await download.done.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof TorporError) return error;
  throw new Error(`unexpected: ${String(error)}`);
}
