import { isXcodeSeed } from '../build-number.ts';
import { type Fact, known, unknown } from '../fact.ts';
import { textAt } from '../image/plist-value.ts';
import type { HostAccess } from './access.ts';
import { orUnknown, readPlist } from './read-list.ts';
import { notAMac } from './system.ts';

export interface Xcode {
  readonly path: string;
  readonly version: string | undefined;
  readonly build: string | undefined;
  readonly prerelease: boolean;
  /** Whether its packages, device support among them, were installed by a first launch. */
  readonly firstLaunch: Fact<boolean>;
  /** It carries MobileDevice.pkg, so device support can be installed from it. */
  readonly carriesDeviceSupport: boolean;
}

const query = "kMDItemCFBundleIdentifier == 'com.apple.dt.Xcode'";

/** Every copy of Xcode that Spotlight or /Applications knows, at most 16. */
export async function readXcodes(access: HostAccess): Promise<Fact<readonly Xcode[]>> {
  if (access.platform !== 'darwin') return notAMac(access);
  const source = '/Applications and Spotlight';
  return await orUnknown(source, async () => {
    const found = await access.run('mdfind', [query]);
    const names = await access.list('/Applications');
    if (names === undefined && found === undefined) {
      return unknown('neither can be searched', source);
    }
    const paths = new Set([
      ...(names ?? [])
        .filter((name) => /^Xcode.*\.app$/.test(name))
        .map((name) => `/Applications/${name}`),
      ...(found?.output ?? '').split('\n').filter((path) => path.startsWith('/')),
    ]);
    const few = [...paths].sort().slice(0, 16);
    return known(await Promise.all(few.map((path) => readXcode(access, path))), source);
  });
}

async function readXcode(access: HostAccess, path: string): Promise<Xcode> {
  const info = await readPlist(access, `${path}/Contents/Info.plist`);
  const build = textAt(
    await readPlist(access, `${path}/Contents/version.plist`),
    'ProductBuildVersion',
  );
  const packages = await access.list(`${path}/Contents/Resources/Packages`);
  return {
    path,
    version: textAt(info, 'CFBundleShortVersionString'),
    build,
    prerelease: build !== undefined && isXcodeSeed(build) === true,
    firstLaunch: await readFirstLaunch(access, path),
    carriesDeviceSupport: packages?.includes('MobileDevice.pkg') === true,
  };
}

/** xcodebuild answers 0 when nothing is left to install or agree to, 69 and others when something is. */
async function readFirstLaunch(access: HostAccess, path: string): Promise<Fact<boolean>> {
  const tool = `${path}/Contents/Developer/usr/bin/xcodebuild`;
  const source = `${tool} -checkFirstLaunchStatus`;
  return await orUnknown(source, async () => {
    const result = await access.run(tool, ['-checkFirstLaunchStatus']);
    if (result === undefined) return unknown('xcodebuild gave no answer', source);
    return known(result.code === 0, source);
  });
}
