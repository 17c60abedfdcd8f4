/** Options for what machines of Apple’s framework have beyond the rest. */
import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { MachineConfig } from '../../contract/app-state.ts';
import type { VzChanges } from '../../contract/requests.ts';

type SharedFolder = NonNullable<VzChanges['sharedFolders']>[number];
type NetworkDisk = NonNullable<VzChanges['networkDisks']>[number];

/** How long the framework waits for a server that does not answer. */
const timeoutSeconds = 30;

/** What was typed; lists are empty where nothing was. */
export interface AppleOptions {
  readonly profile?: VzChanges['profile'];
  readonly audio?: VzChanges['audio'];
  readonly clipboard?: 'on' | 'off' | undefined;
  readonly rosetta?: 'on' | 'off' | undefined;
  readonly resolution?: VzChanges['display'];
  readonly share?: readonly SharedFolder[] | undefined;
  readonly unshare?: readonly string[] | undefined;
  readonly networkDisk?: readonly NetworkDisk[] | undefined;
  readonly removeNetworkDisk?: readonly string[] | undefined;
}

/** For commander: `1920x1080`, or `3840x2160@220` with the pixels of an inch. */
export function parseResolution(text: string): NonNullable<VzChanges['display']> {
  const match = /^(\d{3,5})x(\d{3,5})(?:@(\d{2,3}))?$/.exec(text);
  if (match === null)
    throw new InvalidArgumentError('Resolutions look like 1920x1080 or 3840x2160@220.');
  const [, width, height, density = '80'] = match;
  return { width: Number(width), height: Number(height), pixelsPerInch: Number(density) };
}

/** For commander: `NAME=FOLDER`, with `,ro` for one that the guest cannot write; may be repeated. */
export function parseShare(text: string, before: readonly SharedFolder[] = []): SharedFolder[] {
  const { name, rest, readOnly } = pairIn(
    text,
    'Shared folders look like docs=/Users/me/Documents.',
  );
  return [...before, { name, path: rest, readOnly }];
}

/** For commander: `ID=ADDRESS`, with `,ro` for one that is only read; may be repeated. */
export function parseNetworkDisk(text: string, before: readonly NetworkDisk[] = []): NetworkDisk[] {
  const { name, rest, readOnly } = pairIn(
    text,
    'Network disks look like data=nbd://server/export.',
  );
  return [...before, { id: name, url: rest, readOnly, timeoutSeconds }];
}

/** For commander: an option that may be repeated. */
export function repeated(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

function pairIn(text: string, example: string) {
  const readOnly = text.endsWith(',ro');
  const pair = readOnly ? text.slice(0, -',ro'.length) : text;
  const at = pair.indexOf('=');
  if (at < 1 || at === pair.length - 1) throw new InvalidArgumentError(example);
  return { name: pair.slice(0, at), rest: pair.slice(at + 1), readOnly };
}

/** Whether what is there has to be known first: lists are sent whole. */
export function changesLists(options: AppleOptions): boolean {
  const { share, unshare, networkDisk, removeNetworkDisk } = options;
  return [share, unshare, networkDisk, removeNetworkDisk].some((list) => list !== undefined);
}

/** The changes that `options` mean for the machine with this configuration; `path` makes paths absolute. */
export function appleChanges(
  options: AppleOptions,
  config: MachineConfig | null,
  path: (typed: string) => string,
): VzChanges {
  const { profile, audio, clipboard, rosetta, resolution } = options;
  const vz = config?.hardware.vz;
  const { share = [], unshare = [], networkDisk = [], removeNetworkDisk = [] } = options;
  const folders = share.map((folder) => ({ ...folder, path: path(folder.path) }));
  return {
    ...(profile && { profile }),
    ...(audio && { audio }),
    ...(clipboard && { clipboard: clipboard === 'on' }),
    ...(rosetta && { rosetta: rosetta === 'on' }),
    ...(resolution && { display: resolution }),
    ...(share.length + unshare.length === 0
      ? {}
      : { sharedFolders: merged(vz?.sharedFolders ?? [], folders, unshare, ({ name }) => name) }),
    ...(networkDisk.length + removeNetworkDisk.length === 0
      ? {}
      : {
          networkDisks: merged(
            vz?.networkDisks ?? [],
            networkDisk,
            removeNetworkDisk,
            ({ id }) => id,
          ),
        }),
  };
}

/** One of a name takes the place of an earlier one. */
function merged<T>(
  before: readonly T[],
  added: readonly T[],
  removed: readonly string[],
  nameOf: (one: T) => string,
): T[] {
  const gone = new Set([...removed, ...added.map(nameOf)]);
  return [...before.filter((one) => !gone.has(nameOf(one))), ...added];
}
