/**
 * What a verdict costs: `node bench/preflight.ts`. Synthetic images of true structure, 20 GB each as
 * sparse files; time, requests, bytes, and the memory that inspection adds in a process of its own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectRestoreImage } from '../src/preflight/image/restore-image.ts';
import { preflight } from '../src/preflight/preflight.ts';
import { writeHost } from '../test/preflight/hosts/describe.ts';
import { manyModels, sequoia, writeImage } from '../test/preflight/support/image.ts';
import { memoryOfInspection } from '../test/preflight/support/memory.ts';
import { startServer } from '../test/preflight/support/server.ts';
import { spreadOf } from './statistics.ts';

/** What a person does not notice; docs/preflight.md promises it. */
const promisedMs = 200;

const kinds = {
  'small manifest': sequoia,
  'manifest of true size (120 identities)': { ...sequoia, models: manyModels, components: 45 },
  'manifest of true size at the end': {
    ...sequoia,
    models: manyModels,
    components: 45,
    manifestAt: 'end',
  },
  '20 000 entries': { ...sequoia, extraEntries: 20_000 },
  '150 000 entries': { ...sequoia, extraEntries: 150_000, manifestAt: 'end' },
} as const;

/** The median of five runs. */
async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const times: number[] = [];
  for (;;) {
    const start = performance.now();
    const value = await work();
    times.push(performance.now() - start);
    if (times.length === 5) return { ms: spreadOf(times).median, value };
  }
}

const folder = await mkdtemp(join(tmpdir(), 'torpor-bench-'));
try {
  const hostRoot = await writeHost(join(folder, 'host'), {
    version: '13.7.6',
    build: '22H625',
    mobileDevice: '1400',
  });
  await inspectRestoreImage(await warmUp(folder));
  for (const [name, spec] of Object.entries(kinds)) {
    const path = join(folder, 'image.ipsw');
    await writeImage(path, spec);
    const local = await timed(() => inspectRestoreImage(path));
    const verdict = await timed(() => preflight(path, { hostRoot, libraryPath: folder }));
    const server = await startServer(path);
    try {
      const remote = await timed(() => preflight(server.url, { hostRoot, libraryPath: folder }));
      const { counts } = remote.value.image;
      process.stdout.write(
        `${name}\n` +
          `  local inspection   ${local.ms.toFixed(0)} ms (${(promisedMs / local.ms).toFixed(1)} times faster than the ${promisedMs} ms promised), ${local.value.counts.bytes} bytes read, ${(await memoryOfInspection(path)).toFixed(0)} MiB\n` +
          `  local verdict      ${verdict.ms.toFixed(0)} ms: ${verdict.value.verdict.answer}\n` +
          `  remote verdict     ${remote.ms.toFixed(0)} ms, ${counts.requests} requests, ${counts.bytes} bytes: ${remote.value.verdict.answer}\n`,
      );
    } finally {
      await server[Symbol.asyncDispose]();
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function warmUp(inside: string): Promise<string> {
  const path = join(inside, 'warm.ipsw');
  await writeImage(path, { ...sequoia, payload: 1000 });
  return path;
}
