/** Restore images of true structure: 20 GB that take a few kilobytes on the disk. */

import { type ManifestSpec, manifestOf, restoreListOf, xmlPlist } from './manifest.ts';
import { type Part, writeZip, type ZipSpec } from './zip.ts';

export interface ImageSpec extends ManifestSpec {
  /** Bytes of payload; 20 GB unless told otherwise. */
  readonly payload?: number;
  /** Where the manifest stands: before the payload, in its middle, after it, or amid the other entries. */
  readonly manifestAt?: 'front' | 'middle' | 'end' | 'amid';
  readonly manifest?: Uint8Array | null;
  readonly restore?: Uint8Array | null;
  readonly extraEntries?: number;
  readonly zip?: Partial<ZipSpec>;
}

export const twentyGigabytes = 20_000_000_000;

/** Forty models with three variants each, and forty-five digests in each: a manifest of 6 MB. */
export const manyModels = Array.from(
  { length: 40 },
  (_, index) => `Mac${13 + (index % 6)},${index}`,
);

export const sequoia: ManifestSpec = {
  version: '15.6.1',
  build: '24G90',
  mobileDevice: '1774',
  host: '13.0.0',
  cpus: 2,
  memoryMiB: 4096,
};

export async function writeImage(
  path: string,
  spec: ImageSpec,
): Promise<{ size: number; directory: number }> {
  const payload = spec.payload ?? twentyGigabytes;
  const lists: Part[] = [];
  const manifest =
    spec.manifest === undefined ? Buffer.from(xmlPlist(manifestOf(spec))) : spec.manifest;
  const restore =
    spec.restore === undefined ? Buffer.from(xmlPlist(restoreListOf(spec))) : spec.restore;
  if (manifest !== null)
    lists.push({ name: 'BuildManifest.plist', content: manifest, deflate: true });
  if (restore !== null) lists.push({ name: 'Restore.plist', content: restore, deflate: true });
  const half: Part = { name: 'os-1.dmg.aea', hole: Math.floor(payload / 2) };
  const rest: Part = { name: 'os-2.dmg.aea', hole: Math.ceil(payload / 2) };
  const extra: Part[] = Array.from({ length: spec.extraEntries ?? 300 }, (_, index) => ({
    name: `Firmware/all_flash/component-with-a-usual-name-${index}.im4p`,
    content: new Uint8Array(),
  }));
  if (spec.vm !== false)
    extra.push({ name: 'kernelcache.release.vma2', content: new Uint8Array() });
  const before = extra.slice(0, extra.length / 2);
  const after = extra.slice(extra.length / 2);
  const orders = {
    front: [...lists, half, rest, ...extra],
    middle: [half, ...lists, rest, ...extra],
    end: [half, rest, ...extra, ...lists],
    amid: [half, rest, ...before, ...lists, ...after],
  };
  return await writeZip(path, { parts: orders[spec.manifestAt ?? 'middle'], ...spec.zip });
}
