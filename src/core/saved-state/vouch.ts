import type { Bundle } from '../library/bundle.ts';
import { contentsOf, identityOf } from './contents.ts';
import { canonical, type Manifest, writeManifest } from './manifest.ts';

/**
 * Makes the manifest vouch for the files as they are now: for when all their contents proved to be what
 * was saved, and only their times are others, as after a restore from a backup. Call it only then, and
 * while nothing else works on the bundle. Returns whether there was anything to change.
 */
export async function vouchAgain(bundle: Bundle, manifest: Manifest): Promise<boolean> {
  const contents = contentsOf(bundle, manifest);
  const timeOf = async (what: string): Promise<{ modifiedAt?: string }> => {
    const content = contents.find((one) => one.what === what);
    return content === undefined ? {} : { modifiedAt: (await identityOf(content.path)).modifiedAt };
  };
  const { memory, disks, firmwareVariables } = manifest;
  const vouched: Manifest = {
    ...manifest,
    memory: memory && { ...memory, ...(await timeOf('memory')) },
    disks: await Promise.all(
      disks.map(async (disk) => ({
        ...disk,
        fingerprint: { ...disk.fingerprint, ...(await timeOf(`disk ${disk.id}`)) },
      })),
    ),
    firmwareVariables: firmwareVariables && {
      ...firmwareVariables,
      ...(await timeOf('firmware variables')),
    },
  };
  if (canonical(vouched) === canonical(manifest)) return false;
  await writeManifest(bundle.files.manifest, vouched);
  return true;
}
