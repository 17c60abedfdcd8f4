import type {
  HostFacts,
  MachineDescription,
  WindowOptions,
} from '../../../../src/drivers/vz/native-interface.ts';
import type { StandInGuest } from './guest.ts';
import { createSteps, type Steps } from './steps.ts';

/** A Mac as the framework knows it. Two with the same `id` and `userId` can read each other's states. */
export interface Mac extends Steps {
  id: string;
  userId: number;
  facts: HostFacts;
  /** What validateSaveRestoreSupport accepts: macOS 14 was strict, 15.5 accepts nearly everything. */
  savable: 'strict' | 'lenient';
  /** States are told long after the calls that led to them: the two come by different ways. */
  tellsLate: boolean;
  /** Files that a machine which is not stopped has open. */
  readonly lockedFiles: Set<string>;
  /** Bookmarks that are open, and where each file was moved to since. */
  readonly openBookmarks: Map<number, string>;
  readonly movedFiles: Map<string, string>;
  /** Files whose bookmarks open and ask to be made anew. */
  readonly staleFiles: Set<string>;
  /** Files that nobody has chosen since the app began: only a bookmark opens them. */
  readonly unchosenFiles: Set<string>;
  /** Files that the system lets nobody open any more, not by a bookmark either. */
  readonly refusedFiles: Set<string>;
  /** Machines that are not stopped, by machine identifier. */
  readonly live: Map<string, LiveMachine>;
  /** Milliseconds that never go back; guests count by them. */
  now(): number;
}

export interface LiveMachine {
  readonly description: MachineDescription;
  readonly guest: StandInGuest;
  /** The process of the machine dies, as at `kill -9`. */
  kill(): void;
  /** The guest shuts down by itself. */
  shutDown(): void;
  /** The network falls off. */
  disconnectNetwork(): void;
  failNetworkDisk(disk: string): void;
  connectNetworkDisk(disk: string): void;
  /** A person closes the window. */
  closeWindow(): void;
  /** A person chooses a command by its label in the window's menu. Throws when there is none. */
  choose(label: string): void;
  readonly window: WindowOptions | undefined;
  /** What its balloon was asked to leave it, in bytes; undefined before that. */
  readonly memoryTarget: number | undefined;
  /** The resolution it was sent while it ran. */
  readonly displaySize: string | undefined;
}

const gibibyte = 1024 ** 3;

export const defaultFacts: HostFacts = {
  supported: true,
  entitled: true,
  sandboxed: false,
  architecture: 'arm64',
  osVersion: '15.5',
  osBuild: '24F74',
  canSave: true,
  canRunMacos: true,
  rosetta: 'installed',
  hasWindows: true,
  cpus: { least: 1, most: 8 },
  memoryBytes: { least: 4 * 1024 * 1024, most: 16 * gibibyte },
};

export interface MacOptions {
  readonly id?: string;
  readonly userId?: number;
  readonly facts?: Partial<HostFacts>;
  readonly savable?: Mac['savable'];
  readonly now?: () => number;
}

export function createMac(options: MacOptions = {}): Mac {
  return {
    ...createSteps(),
    id: options.id ?? 'mac-1',
    userId: options.userId ?? 501,
    facts: { ...defaultFacts, ...options.facts },
    savable: options.savable ?? 'lenient',
    tellsLate: false,
    lockedFiles: new Set(),
    openBookmarks: new Map(),
    movedFiles: new Map(),
    staleFiles: new Set(),
    unchosenFiles: new Set(),
    refusedFiles: new Set(),
    live: new Map(),
    now: options.now ?? (() => performance.now()),
  };
}

/** macOS guests that hold one of the two places. Paused ones do too. */
export function macosGuests({ live }: Mac): number {
  return [...live.values()].filter(({ description }) => description.platform.kind === 'mac').length;
}
