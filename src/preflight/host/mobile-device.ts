import { type Fact, known, unknown } from '../fact.ts';
import { textAt } from '../image/plist-value.ts';
import { isVersion } from '../version.ts';
import type { HostAccess } from './access.ts';
import { orUnknown, readPlist } from './read-list.ts';
import { notAMac } from './system.ts';

/** Where updates of the framework go, then where macOS keeps its own. */
const places = [
  '/Library/Apple/System/Library/PrivateFrameworks/MobileDevice.framework/Versions/A/Resources/Info.plist',
  '/System/Library/PrivateFrameworks/MobileDevice.framework/Versions/A/Resources/Info.plist',
];

/**
 * The version of the code that restores virtual machines, which a restore image's
 * MobileDeviceMinVersion is compared with. Read from the file each time: it changes when Xcode is
 * opened for the first time, when device support is installed, and when macOS is updated.
 */
export async function readMobileDevice(access: HostAccess): Promise<Fact<string>> {
  if (access.platform !== 'darwin') return notAMac(access);
  const source = `CFBundleVersion in ${places[0]}`;
  return await orUnknown(source, async () => {
    for (const path of places) {
      const list = await readPlist(access, path);
      if (list === undefined) continue;
      const version = textAt(list, 'CFBundleVersion');
      return version !== undefined && isVersion(version)
        ? known(version, `CFBundleVersion in ${path}`)
        : unknown('the file names no version', path);
    }
    return unknown('MobileDevice.framework is in none of its places', places.join(' or '));
  });
}
