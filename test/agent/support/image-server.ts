import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { sequoia, writeImage } from '../../preflight/support/image.ts';
import { type FileServer, partOf, startServer } from '../../preflight/support/server.ts';

/** Bytes of the images that are served: enough for parts, little enough for a test. */
const payload = 3_000_000;

export interface ImageServer extends FileServer {
  /** The path of a catalogue with this image, and what else it is to say of it. */
  catalogue(more?: object): Promise<string>;
  readonly size: number;
  /** The next download sends `bytes` of what it is asked for and then waits until `release` is called. */
  hold(bytes: number): Hold;
}

export interface Hold {
  readonly release: () => void;
}

/** A server with one image of macOS 15.6.1, ended when the test has finished. */
export async function imageServer(folder: string): Promise<ImageServer> {
  const path = join(folder, 'served.ipsw');
  const { size } = await writeImage(path, { ...sequoia, payload });
  const whole = await readFile(path);
  const server = await startServer(path);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return Object.assign(server, {
    size,
    async catalogue(more: object = {}) {
      const file = join(folder, `catalogue-${crypto.randomUUID()}.json`);
      const image = { version: sequoia.version, build: sequoia.build, url: server.url, ...more };
      await writeFile(file, JSON.stringify({ format: 1, images: [image] }));
      return file;
    },
    hold(bytes: number): Hold {
      const { promise, resolve: release } = Promise.withResolvers<void>();
      server.misbehave = async (request, response) => {
        const { range } = request.headers;
        // Reading what the image says asks for parts that end.
        if (range !== undefined && !/^bytes=\d+-$/.test(range)) return false;
        server.misbehave = () => false;
        const part = partOf(range, size);
        const start = part === undefined || part === 'outside' ? 0 : part.start;
        response.writeHead(start === 0 ? 200 : 206, {
          etag: '"first"',
          'content-length': size - start,
          ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${size - 1}/${size}` }),
        });
        response.write(whole.subarray(start, start + bytes));
        await Promise.race([promise, new Promise((resolve) => response.once('close', resolve))]);
        response.destroy();
        return true;
      };
      return { release };
    },
  });
}
