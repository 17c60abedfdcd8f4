import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { RestoreImage } from '../../../../src/drivers/vz/native-interface.ts';
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

/** A restore image of the stand-in’s: JSON, where Apple’s are archives of 15 GB. */
export async function writeImage(
  path: string,
  changes: Partial<ImageContents> = {},
): Promise<void> {
  await writeFile(path, JSON.stringify({ ...sampleImage, ...changes }));
}

export async function loadImage(path: string): Promise<RestoreImage> {
  if (!path.startsWith('/')) throw nativeError(exception('The URL is not a file URL.'));
  try {
    const image = contents.parse(JSON.parse(await readFile(path, 'utf8')));
    return { ...image, url: pathToFileURL(path).href };
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
