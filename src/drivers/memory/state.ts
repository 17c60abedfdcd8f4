import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { StateMode } from '../../core/config.ts';
import type { Amount } from '../../core/driver.ts';
import { writeFileAtomic } from '../../core/library/atomic-file.ts';
import type { Bundle } from '../../core/library/bundle.ts';
import { damaged } from '../../core/saved-state/fit.ts';
import type {
  Manifest,
  MemoryFile,
  SavedFile,
  SavedFiles,
} from '../../core/saved-state/manifest.ts';
import { type GuestImage, guestMemoryBytes } from './guest.ts';

/** As QEMU does it, so that core meets the same files: memory beside devices, or both in one stream. */
export async function writeState(
  bundle: Bundle,
  mode: StateMode,
  { memory, counter }: GuestImage,
  onProgress: (amount: Amount) => void,
): Promise<Pick<SavedFiles, 'mode' | 'files' | 'memory'>> {
  const { files } = bundle;
  onProgress({ done: 0, total: memory.length });
  if (mode === 'streamed') {
    const text = JSON.stringify({ counter, memory: Buffer.from(memory).toString('base64') });
    const stream = await writeStateFile(files.streamState, text);
    onProgress({ done: memory.length, total: memory.length });
    return { mode, files: [stream], memory: null };
  }
  const memoryFile = await writeMemoryFile(bundle, memory);
  onProgress({ done: memory.length, total: memory.length });
  const devices = await writeStateFile(files.deviceState, JSON.stringify({ counter }));
  return { mode, files: [devices], memory: memoryFile };
}

/** Writes the guest's memory to its file in the state directory, where it is while the guest exists. */
export async function writeMemoryFile(bundle: Bundle, memory: Uint8Array): Promise<MemoryFile> {
  const path = bundle.files.memory;
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  try {
    await writeWhole(file, memory);
    await file.sync();
    const { ino, mtimeNs } = await file.stat({ bigint: true });
    return {
      name: basename(path),
      bytes: memory.length,
      dataBytes: memory.length,
      inode: ino.toString(),
      modifiedAt: mtimeNs.toString(),
    };
  } finally {
    await file.close();
  }
}

/** The guest in the files that `manifest` names. Throws STATE_DAMAGED when they cannot hold one. */
export async function readState(bundle: Bundle, manifest: Manifest): Promise<GuestImage> {
  const { files } = bundle;
  if (manifest.mode === 'instant') {
    const counter = numberAt(await readObject(files.deviceState), 'counter', files.deviceState);
    const memory = await readFile(files.memory);
    return { counter, memory: expectMemory(memory, files.memory) };
  }
  const path = files.streamState;
  const bytes = await readFile(path);
  // Core leaves this check to whoever reads a stream, so that it is read once only.
  if (sha256(bytes) !== manifest.files[0]?.sha256) throw damaged(path, 'its contents have changed');
  const state = parseObject(bytes.toString(), path);
  const memory = 'memory' in state && typeof state.memory === 'string' ? state.memory : '';
  return {
    counter: numberAt(state, 'counter', path),
    memory: expectMemory(Buffer.from(memory, 'base64'), path),
  };
}

async function writeStateFile(path: string, text: string): Promise<SavedFile> {
  await writeFileAtomic(path, text);
  return { name: basename(path), bytes: Buffer.byteLength(text), sha256: sha256(text) };
}

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (await file.write(bytes, written, bytes.length - written, written)).bytesWritten;
  }
  await file.truncate(bytes.length);
}

function sha256(contents: string | Uint8Array): string {
  return createHash('sha256').update(contents).digest('hex');
}

async function readObject(path: string): Promise<object> {
  return parseObject(await readFile(path, 'utf8'), path);
}

function parseObject(text: string, path: string): object {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw damaged(path, 'it holds no guest');
  return value;
}

function numberAt(value: object, key: string, path: string): number {
  const found = Object.entries(value).find(([name]) => name === key)?.[1];
  if (typeof found !== 'number') throw damaged(path, `it has no ${key}`);
  return found;
}

function expectMemory(memory: Uint8Array, path: string): Uint8Array {
  if (memory.length === guestMemoryBytes) return memory;
  throw damaged(path, `it holds ${memory.length} bytes of memory instead of ${guestMemoryBytes}`);
}
