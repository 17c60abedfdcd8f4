import { type Fact, known, unknown } from '../fact.ts';
import type { HostAccess } from './access.ts';
import { readMobileDevice } from './mobile-device.ts';
import { type Reachability, readSigningServer } from './network.ts';
import { orUnknown } from './read-list.ts';
import {
  type HostUpdate,
  type Receipt,
  readDeviceSupportReceipt,
  readLastHostUpdate,
} from './receipts.ts';
import { readRunningGuests } from './running.ts';
import { type Hardware, type MacosVersion, readHardware, readMacosVersion } from './system.ts';
import { readXcodes, type Xcode } from './xcode.ts';

/** Everything preflight knows about a host at one moment. Never kept: the next check reads anew. */
export interface HostFacts {
  readonly description: string;
  readonly platform: string;
  readonly macos: Fact<MacosVersion>;
  readonly hardware: Hardware;
  readonly mobileDevice: Fact<string>;
  readonly xcodes: Fact<readonly Xcode[]>;
  readonly deviceSupportReceipt: Fact<Receipt | undefined>;
  readonly lastUpdate: Fact<HostUpdate | undefined>;
  readonly runningGuests: Fact<number>;
  /** Bytes, on the volume of the library. */
  readonly freeSpace: Fact<number>;
  /** Undefined when it was not asked. */
  readonly signing: Fact<Reachability> | undefined;
}

export interface FactOptions {
  /** The folder that image, disk and saved states will be written to. */
  readonly libraryPath: string;
  readonly askSigningServer?: boolean;
}

/** Reads all facts of a host, side by side; what cannot be read is an unknown fact, never an error. */
export async function readHostFacts(access: HostAccess, options: FactOptions): Promise<HostFacts> {
  const [
    macos,
    hardware,
    mobileDevice,
    xcodes,
    deviceSupportReceipt,
    lastUpdate,
    runningGuests,
    freeSpace,
    signing,
  ] = await Promise.all([
    readMacosVersion(access),
    readHardware(access),
    readMobileDevice(access),
    readXcodes(access),
    readDeviceSupportReceipt(access),
    readLastHostUpdate(access),
    readRunningGuests(access),
    readFreeSpace(access, options.libraryPath),
    options.askSigningServer === true ? readSigningServer(access) : undefined,
  ]);
  return {
    description: access.description,
    platform: access.platform,
    macos,
    hardware,
    mobileDevice,
    xcodes,
    deviceSupportReceipt,
    lastUpdate,
    runningGuests,
    freeSpace,
    signing,
  };
}

async function readFreeSpace(access: HostAccess, path: string): Promise<Fact<number>> {
  const source = `the volume of ${path}`;
  return await orUnknown(source, async () => {
    const bytes = await access.freeSpace(path);
    return bytes === undefined
      ? unknown('the volume does not say how much is free', source)
      : known(bytes, source);
  });
}
