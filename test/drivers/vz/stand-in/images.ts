import { open, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { RestoreImage } from '../../../../src/drivers/vz/native-interface.ts';
import { inspectRestoreImage } from '../../../../src/preflight/image/restore-image.ts';
import { exception, nativeError, vzFailure } from './failures.ts';

const contents = z.strictObject({
  buildVersion: z.string(),
  osVersion: z.string(),
  requirements: z
    .strictObject({ hardwareModel: z.string(), cpus: z.number(), memoryBytes: z.number() })
    .nullable(),
});

export type ImageContents = z.infer<typeof contents>;

export const sampleImage: ImageContents = {
  buildVersion: '24F74',
  osVersion: '15.5',
  requirements: {
    hardwareModel: Buffer.from('model:vmac2').toString('base64'),
    cpus: 2,
    memoryBytes: 4 * 1024 ** 3,
  },
};

/** A restore image of the stand-in’s own: JSON, where Apple’s are archives of 15 GB. */
export async function writeImage(
  path: string,
  changes: Partial<ImageContents> = {},
): Promise<void> {
  await writeFile(path, JSON.stringify({ ...sampleImage, ...changes }));
}

export async function loadImage(path: string): Promise<RestoreImage> {
  if (!path.startsWith('/')) throw nativeError(exception('The URL is not a file URL.'));
  try {
    return { ...(await readContents(path)), url: pathToFileURL(path).href };
  } catch (error) {
    const underlying = { domain: 'NSCocoaErrorDomain', code: 260, underlying: [] };
    const description = error instanceof Error ? error.message : 'unreadable';
    throw nativeError(
      vzFailure(10004, 'The restore image cannot be opened.', [
        { ...underlying, description, reason: null },
      ]),
    );
  }
}

/** An archive as Apple makes them is read as preflight reads it; nothing in it names a hardware model. */
async function readContents(path: string): Promise<ImageContents> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    if (buffer.toString('latin1') !== 'PK') {
      return contents.parse(JSON.parse(await file.readFile('utf8')));
    }
  } finally {
    await file.close();
  }
  const { version, build } = await inspectRestoreImage(path);
  return { ...sampleImage, osVersion: version, buildVersion: build };
}
