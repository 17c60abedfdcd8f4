import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { lstat, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Bundle, bundleAt } from '../../src/core/library/bundle.ts';
import { type Manifest, writeManifest } from '../../src/core/saved-state/manifest.ts';
import { sampleManifest } from './samples.ts';

/** What a guest's memory holds: runs of bytes at places of a file that is otherwise a hole. */
export interface Run {
  readonly at: number;
  readonly bytes: Buffer;
}

export interface ColdState extends AsyncDisposable {
  readonly bundle: Bundle;
  readonly manifest: Manifest;
  readonly device: Buffer;
  /** The files as they are now, whatever form they have been through. */
  contents(): Promise<Contents>;
}

export interface Contents {
  readonly device: Buffer;
  readonly memory: Buffer;
}

/** As toEqual(), which looks at megabytes one at a time. */
export function expectSame(now: Contents, before: Contents): void {
  expect(now.memory.equals(before.memory), 'guest memory').toBe(true);
  expect(now.device.equals(before.device), 'devices').toBe(true);
}

export const mebibyte = 1024 * 1024;

/** A plain saved state of files that no guest wrote, in a folder of its own or in `folder`. */
export async function coldState(
  runs: readonly Run[],
  { memoryBytes = 8 * mebibyte, folder }: { memoryBytes?: number; folder?: string } = {},
): Promise<ColdState> {
  const place = await mkdtemp(join(folder ?? tmpdir(), 'torpor-cold-'));
  const bundle = bundleAt(join(place, 'Cold.torpor'));
  await mkdir(bundle.files.state, { recursive: true, mode: 0o700 });
  const device = randomBytes(3000);
  await writeFile(bundle.files.deviceState, device, { mode: 0o600 });
  const file = await open(bundle.files.memory, 'wx', 0o600);
  try {
    await file.truncate(memoryBytes);
    for (const { at, bytes } of runs) await file.write(bytes, 0, bytes.length, at);
    await file.sync();
  } finally {
    await file.close();
  }
  const { ino, mtimeNs, blocks } = await lstat(bundle.files.memory, { bigint: true });
  const manifest = sampleManifest({
    machineId: randomUUID(),
    files: [
      {
        name: 'device.state',
        bytes: device.length,
        sha256: createHash('sha256').update(device).digest('hex'),
      },
    ],
    memory: {
      name: 'memory.bin',
      bytes: memoryBytes,
      dataBytes: Number(blocks) * 512,
      inode: ino.toString(),
      modifiedAt: mtimeNs.toString(),
    },
  });
  await writeManifest(bundle.files.manifest, manifest);
  return {
    bundle,
    manifest,
    device,
    async contents() {
      const [found, memory] = await Promise.all([
        readFile(bundle.files.deviceState),
        readFile(bundle.files.memory),
      ]);
      return { device: found, memory };
    },
    [Symbol.asyncDispose]: () => rm(place, { recursive: true, force: true }),
  };
}

/** Two runs that zstd can make smaller and one that it cannot, far apart. */
export function usualRuns(): Run[] {
  return [
    { at: 4096, bytes: Buffer.from('a guest’s memory, '.repeat(20_000)) },
    { at: 3 * mebibyte - 5000, bytes: randomBytes(2 * mebibyte) },
    { at: 8 * mebibyte - 17, bytes: Buffer.from('the very last end') },
  ];
}
