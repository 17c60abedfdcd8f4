import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../host.ts';
import type { Bundle } from '../library/bundle.ts';
import type { Manifest } from '../saved-state/manifest.ts';
import { chunkBytes } from './container.ts';

/** A chunk of one of a state's files that may hold something. */
export interface SourceChunk {
  readonly file: number;
  readonly position: number;
  readonly bytes: number;
}

/** The files of a plain state, open for reading, with what of them holds data. */
export interface Source extends AsyncDisposable {
  readonly chunks: readonly SourceChunk[];
  read(chunk: SourceChunk): Promise<Buffer<ArrayBuffer>>;
}

/** A state's files, in the order in which a container has them. */
export function filesOf({ files, memory }: Manifest): { name: string; bytes: number }[] {
  const all = memory === null ? files : [...files, memory];
  return all.map(({ name, bytes }) => ({ name, bytes }));
}

/** Takes a file for one run of data, however sparse it is. */
export const everything: Pick<Host, 'dataExtents'> = {
  dataExtents: async (path) => [{ start: 0, end: (await lstat(path)).size }],
};

/** Opens the files of `manifest`; holes are known by SEEK_DATA where the volume has it. */
export async function openSource(
  bundle: Bundle,
  manifest: Manifest,
  host: Pick<Host, 'dataExtents'>,
): Promise<Source> {
  const handles: FileHandle[] = [];
  const close = async (): Promise<void> => {
    for (const handle of handles) await handle.close();
  };
  try {
    const chunks: SourceChunk[] = [];
    for (const [file, { name, bytes }] of filesOf(manifest).entries()) {
      const path = join(bundle.files.state, name);
      handles.push(await open(path, constants.O_RDONLY | constants.O_NOFOLLOW));
      for (const { start, end } of await host.dataExtents(path)) {
        const last = chunks.at(-1);
        const covered = last?.file === file ? last.position + last.bytes : 0;
        const first = Math.max(covered, start - (start % chunkBytes));
        for (let position = first; position < Math.min(end, bytes); position += chunkBytes) {
          chunks.push({ file, position, bytes: Math.min(chunkBytes, bytes - position) });
        }
      }
    }
    return { chunks, read, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }

  async function read({ file, position, bytes }: SourceChunk): Promise<Buffer<ArrayBuffer>> {
    const handle = handles[file];
    const buffer = Buffer.allocUnsafeSlow(bytes);
    let filled = 0;
    while (handle !== undefined && filled < bytes) {
      const { bytesRead } = await handle.read(buffer, filled, bytes - filled, position + filled);
      // A file that became shorter is told about by whoever compares its size.
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.fill(0, filled);
  }
}

const zeros = Buffer.alloc(chunkBytes);

export function isZero(bytes: Buffer): boolean {
  return bytes.equals(zeros.subarray(0, bytes.length));
}
