import { type FileHandle, open } from 'node:fs/promises';
import { errnoOf, TorporError } from '../../core/errors.ts';
import { beyondEnd, type Source } from './source.ts';

/** Enough for a directory's entries to come in few reads, little enough to stay out of the way. */
const readAhead = 64 << 10;

/** Opens a local image. A change of the file while it is read is an error, REMOTE_CHANGED. */
export async function openFileSource(path: string): Promise<Source> {
  const file = await openFile(path);
  const stat = await file.stat({ bigint: true });
  const size = Number(stat.size);
  if (!stat.isFile() || size === 0) {
    await file.close();
    throw new TorporError('IMAGE_INVALID', `${path} is ${size === 0 ? 'empty' : 'not a file'}.`, {
      hint: 'Give the path of a restore image, a file that usually ends in .ipsw.',
    });
  }
  let window: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  let windowStart = 0;
  let requests = 0;
  let bytes = 0;

  const fill = async (start: number, end: number): Promise<void> => {
    const next = Buffer.alloc(end - start);
    const { bytesRead } = await file.read(next, 0, next.length, start);
    requests += 1;
    bytes += bytesRead;
    if (bytesRead < next.length) throw await changed(file, path, stat.mtimeNs);
    window = next;
    windowStart = start;
  };

  return {
    location: path,
    kind: 'file',
    size,
    validator: String(stat.mtimeNs),
    counts: () => ({ requests, bytes }),
    atHandFrom: size,
    spare: () => undefined,
    prefetch: async () => {},
    read: async (position, length) => {
      if (position < 0 || position + length > size) throw beyondEnd(path);
      if (position < windowStart || position + length > windowStart + window.length) {
        await fill(position, Math.min(size, position + Math.max(length, readAhead)));
      }
      const from = position - windowStart;
      return window.subarray(from, from + length);
    },
    close: async () => {
      const now = await file.stat({ bigint: true });
      await file.close();
      if (now.mtimeNs !== stat.mtimeNs || now.size !== stat.size) throw fileChanged(path);
    },
  };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    if (errnoOf(cause) !== 'ENOENT') throw cause;
    throw new TorporError('IMAGE_INVALID', `There is no file ${path}.`, {
      cause,
      hint: 'Check the path of the restore image.',
    });
  }
}

async function changed(file: FileHandle, path: string, mtimeNs: bigint): Promise<TorporError> {
  const now = await file.stat({ bigint: true });
  return now.mtimeNs === mtimeNs ? beyondEnd(path) : fileChanged(path);
}

function fileChanged(path: string): TorporError {
  return new TorporError('REMOTE_CHANGED', `${path} changed while it was being read.`, {
    hint: 'If it is still being downloaded or copied, wait until that is done and check again.',
  });
}
