import { type Fact, known, unknown } from '../fact.ts';
import { isDict, textAt } from '../image/plist-value.ts';
import type { HostAccess } from './access.ts';
import { orUnknown, readPlist } from './read-list.ts';
import { notAMac } from './system.ts';

/** That a package was installed. Its version counts differently from MobileDevice's own: not kept. */
export interface Receipt {
  readonly installedAt: Date;
}

export interface HostUpdate {
  readonly name: string;
  readonly at: Date;
}

const packageId = 'com.apple.pkg.MobileDevice';
const historyList = '/Library/Receipts/InstallHistory.plist';

/**
 * When device support was last installed, undefined when there is no receipt. A Mac that never had
 * Xcode may have none: its absence proves nothing.
 */
export async function readDeviceSupportReceipt(
  access: HostAccess,
): Promise<Fact<Receipt | undefined>> {
  if (access.platform !== 'darwin') return notAMac(access);
  const source = `pkgutil --pkg-info ${packageId}`;
  return await orUnknown(source, async () => {
    const result = await access.run('pkgutil', ['--pkg-info', packageId]);
    if (result === undefined) return unknown('pkgutil gave no answer', source);
    if (result.code !== 0) return known(undefined, source);
    const seconds = /^install-time: (\d{1,12})$/m.exec(result.output)?.[1];
    if (seconds === undefined) return unknown('the receipt has no time', source);
    return known({ installedAt: new Date(Number(seconds) * 1000) }, source);
  });
}

/** The last update or installation of macOS itself, undefined when none is on record. */
export async function readLastHostUpdate(
  access: HostAccess,
): Promise<Fact<HostUpdate | undefined>> {
  if (access.platform !== 'darwin') return notAMac(access);
  return await orUnknown(historyList, async () => {
    const list = await readPlist(access, historyList);
    if (!Array.isArray(list)) return unknown('the file is missing', historyList);
    const updates = list.filter(isDict).flatMap((entry): HostUpdate[] => {
      const name = textAt(entry, 'displayName');
      const date = entry.get('date');
      return name?.startsWith('macOS ') === true && date instanceof Date
        ? [{ name: name.slice(0, 60), at: date }]
        : [];
    });
    return known(updates.sort((a, b) => a.at.getTime() - b.at.getTime()).at(-1), historyList);
  });
}
