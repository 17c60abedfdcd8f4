/** Writes a host as a folder, the way `--host-root` reads one. */

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HostDescription } from '../../../src/preflight/host/fixture.ts';
import { signingServer } from '../../../src/preflight/host/network.ts';
import { xmlPlist } from '../support/manifest.ts';

export interface XcodeSpec {
  readonly name?: string;
  readonly version: string;
  readonly build: string;
  readonly opened: boolean | undefined;
}

export interface HostSpec {
  readonly version?: string | undefined;
  readonly build?: string;
  readonly mobileDevice?: string | undefined;
  /** The updated copy under /Library/Apple, as device support installs it. */
  readonly updatedMobileDevice?: string | undefined;
  readonly xcodes?: readonly XcodeSpec[];
  readonly receiptAt?: string;
  readonly updates?: readonly (readonly [name: string, at: string])[];
  readonly freeSpace?: number | undefined;
  readonly runningGuests?: number;
  readonly sysctl?: Readonly<Record<string, string | null>>;
  readonly signing?: number | null;
  readonly platform?: string;
  /** Commands that give no answer at all. */
  readonly silent?: readonly string[];
}

const kernel = {
  'hw.optional.arm64': '1',
  'kern.hv_support': '1',
  'kern.hv_vmm_present': '0',
  'hw.ncpu': '10',
  'hw.memsize': String(32 * 1024 ** 3),
};

export async function writeHost(root: string, spec: HostSpec): Promise<string> {
  const put = async (path: string, content: string): Promise<void> => {
    const target = join(root, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  };
  await put('host.json', `${JSON.stringify(description(spec), null, 2)}\n`);
  if (spec.platform !== undefined && spec.platform !== 'darwin') return root;
  if (spec.version !== undefined) {
    await put(
      'System/Library/CoreServices/SystemVersion.plist',
      xmlPlist({
        ProductBuildVersion: spec.build ?? '24G90',
        ProductName: 'macOS',
        ProductVersion: spec.version,
      }),
    );
  }
  const framework =
    'System/Library/PrivateFrameworks/MobileDevice.framework/Versions/A/Resources/Info.plist';
  const info = (version: string): string =>
    xmlPlist({ CFBundleIdentifier: 'com.apple.mobiledevice', CFBundleVersion: version });
  if (spec.mobileDevice !== undefined) await put(framework, info(spec.mobileDevice));
  if (spec.updatedMobileDevice !== undefined) {
    await put(`Library/Apple/${framework}`, info(spec.updatedMobileDevice));
  }
  await put(
    'Library/Receipts/InstallHistory.plist',
    xmlPlist(
      (spec.updates ?? []).map(([displayName, at]) => ({ date: new Date(at), displayName })),
    ),
  );
  await mkdir(join(root, 'Applications'), { recursive: true });
  await put('Applications/.localized', '');
  for (const copy of spec.xcodes ?? []) {
    const contents = `${xcodePath(copy).slice(1)}/Contents`;
    await put(`${contents}/Info.plist`, xmlPlist({ CFBundleShortVersionString: copy.version }));
    await put(`${contents}/version.plist`, xmlPlist({ ProductBuildVersion: copy.build }));
    await put(`${contents}/Resources/Packages/MobileDevice.pkg`, '');
  }
  return root;
}

function xcodePath(copy: XcodeSpec): string {
  return `/Applications/${copy.name ?? 'Xcode'}.app`;
}

function description(spec: HostSpec): HostDescription {
  const commands: NonNullable<HostDescription['commands']> = {};
  for (const [name, value] of Object.entries({ ...kernel, ...spec.sysctl })) {
    commands[`sysctl -n ${name}`] = value === null ? { code: 1 } : { output: `${value}\n` };
  }
  commands["mdfind kMDItemCFBundleIdentifier == 'com.apple.dt.Xcode'"] = {
    output: (spec.xcodes ?? []).map((copy) => `${xcodePath(copy)}\n`).join(''),
  };
  for (const copy of spec.xcodes ?? []) {
    if (copy.opened === undefined) continue;
    commands[`${xcodePath(copy)}/Contents/Developer/usr/bin/xcodebuild -checkFirstLaunchStatus`] = {
      code: copy.opened ? 0 : 69,
    };
  }
  commands['pkgutil --pkg-info com.apple.pkg.MobileDevice'] =
    spec.receiptAt === undefined
      ? { code: 1 }
      : {
          output: `package-id: com.apple.pkg.MobileDevice\nversion: 4.0.0.0.1788417373\nvolume: /\nlocation: Library/Apple\ninstall-time: ${Date.parse(spec.receiptAt) / 1000}\n`,
        };
  const guest =
    '/System/Library/Frameworks/Virtualization.framework/Versions/A/XPCServices/com.apple.Virtualization.VirtualMachine.xpc/Contents/MacOS/com.apple.Virtualization.VirtualMachine\n';
  commands['ps -axo comm='] = { output: `/sbin/launchd\n${guest.repeat(spec.runningGuests ?? 0)}` };
  for (const name of spec.silent ?? []) delete commands[name];
  return {
    ...(spec.platform === undefined ? {} : { platform: spec.platform }),
    commands: spec.platform === 'linux' ? {} : commands,
    ...('freeSpace' in spec && spec.freeSpace === undefined
      ? {}
      : { freeSpace: spec.freeSpace ?? 500e9 }),
    network: { [signingServer]: spec.signing === undefined ? 405 : spec.signing },
  };
}
