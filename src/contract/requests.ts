import type { Architecture, Hardware, Policy, VzHardware, WindowPolicy } from '../core/config.ts';
import type { SaveReason } from '../core/saved-state/manifest.ts';
import type { Verification } from '../core/saved-state/verify.ts';
import type {
  AppState,
  DriverId,
  Fact,
  MachineDetail,
  MachineView,
  Problem,
  SetAsideState,
} from './app-state.ts';
import type {
  CatalogueRef,
  DownloadRef,
  DownloadStart,
  DownloadView,
  ListedImage,
} from './downloads.ts';

/**
 * Everything a client can ask of the agent, as functions: the argument is the JSON-RPC `params`, the
 * return the `result`. `machine` is a machine's id, its name, or the path of its bundle.
 *
 * A request that changes a machine answers when it is done; progress comes as events.
 */
export interface Requests {
  'state.get': (params: Empty) => AppState;
  /** From here on this connection receives every event of the kinds named. */
  'events.subscribe': (params: { readonly kinds: readonly (keyof Events)[] }) => Empty;

  'machine.create': (params: CreateRequest) => MachineView;
  'machine.show': (params: MachineRef) => MachineDetail;
  /** Boots a stopped machine; brings back a suspended one unless `cold`; resumes a paused one. */
  'machine.start': (params: MachineRef & { readonly cold: boolean }) => Outcome;
  'machine.pause': (params: MachineRef) => Outcome;
  /** Brings back a suspended machine, or lets a paused one go on. */
  'machine.resume': (params: MachineRef) => Outcome;
  'machine.suspend': (params: MachineRef & { readonly reason: SaveReason }) => Outcome;
  /** Suspends every machine that runs; one report a machine, in the library's order. */
  'machine.suspendAll': (params: { readonly reason: SaveReason }) => readonly Report[];
  'machine.stop': (params: MachineRef & { readonly force: boolean }) => Outcome;
  /** Ends what the machine does, or its making: then `machine` is the id or the name it will have. */
  'machine.cancel': (params: MachineRef) => { readonly cancelled: boolean };
  /**
   * Gives the saved state of a suspended machine its compacted form, encrypted if its policy says so. Fails
   * with CANCELLED when anything else begins on the machine.
   */
  'machine.compact': (params: MachineRef) => Outcome;
  'machine.discardState': (params: MachineRef) => MachineView;
  /** What the machine uses outside its bundle, and what of that a person has not agreed to. */
  'machine.outside': (params: MachineRef) => Outside;
  /** The person agrees to `outside`, as `machine.outside` told it. */
  'machine.trust': (params: MachineRef & { readonly outside: readonly string[] }) => MachineView;
  /** Deletes the states of a machine that were set aside, for good. */
  'machine.clean': (params: MachineRef) => { readonly removed: readonly SetAsideState[] };
  /** Makes a machine of its own of a bundle that was copied by hand; null lets the agent name it. */
  'machine.renew': (params: MachineRef & { readonly name: string | null }) => MachineView;
  /**
   * Compares all contents that the saved state depends on with the digests that were made of them, or
   * makes those when there are none. With `background` it only has them made, later and slowly.
   */
  'machine.verify': (params: MachineRef & { readonly background: boolean }) => VerifyReport;
  'machine.rename': (params: MachineRef & { readonly name: string }) => MachineView;
  'machine.clone': (params: MachineRef & { readonly name: string }) => MachineView;
  /** To the system's trash, unless `permanently`. */
  'machine.delete': (params: MachineRef & { readonly permanently: boolean }) => Empty;
  'machine.set': (params: MachineRef & { readonly changes: Changes }) => MachineView;
  /** A PNG, as base64. */
  'machine.screenshot': (params: MachineRef) => { readonly png: string };
  /** The display as it is, or as it was before the last suspension: a PNG as base64; null for none. */
  'machine.frame': (params: MachineRef) => { readonly png: string | null };
  /** The unix socket on which the machine's console is served, raw bytes both ways. */
  'machine.console': (params: MachineRef) => { readonly socket: string };
  /** The unix socket of the VNC server that shows the machine's display. */
  'machine.display': (params: MachineRef) => { readonly socket: string };
  /** Opens the native window of a machine that has one, or hides it; the guest runs on. */
  'machine.window': (params: MachineRef & { readonly shown: boolean }) => Empty;

  /** A person uses the machine's display, by a way that the agent does not see. */
  'machine.noteInput': (params: MachineRef) => Empty;

  /** The images of a catalogue, newest first, each judged for this computer. Reads a little of each. */
  'images.list': (params: CatalogueRef) => readonly ListedImage[];
  /** Judges the image anew, begins, and answers: what follows is told in the state. */
  'download.start': (params: DownloadStart) => DownloadView;
  'download.pause': (params: DownloadRef) => DownloadView;
  /** Goes on with what is paused or has stopped, in an earlier run of Torpor too. */
  'download.resume': (params: DownloadRef) => DownloadView;
  /** Ends it and keeps what is there. */
  'download.cancel': (params: DownloadRef) => DownloadView;
  /** Throws a part away for good, and moves a complete image to the trash. */
  'download.discard': (params: DownloadRef) => Empty;

  'host.check': (params: Empty) => readonly DriverReport[];
  /**
   * Suspends every machine whose guest and whose user have done nothing for so long, null for none; known
   * until the agent ends.
   */
  'agent.setIdle': (params: { readonly minutes: number | null }) => Empty;
  /**
   * Deletes states that were set aside so many days ago, now and from here on, null for none; never the
   * last one of a machine. Known until the agent ends.
   */
  'agent.setCleaning': (params: { readonly days: number | null }) => Empty;
  /** Compacts states that are older than so many days in the background, or none; known until the agent ends. */
  'agent.setCompaction': (params: { readonly days: number | null }) => Empty;
  /** Whether digests are made in the background after every suspension. */
  'agent.setDigests': (params: { readonly background: boolean }) => Empty;
  /** Ends the agent after suspending, as each machine's policy says; the report tells how it went. */
  'agent.stop': (params: { readonly reason: SaveReason }) => readonly Report[];
}

/** What the agent tells without being asked, to who subscribed. */
export interface Events {
  /** The whole state, after every change; several changes at once are told once. */
  state: AppState;
  /** Something happened that nobody asked for, in words for a person. */
  notice: Notice;
}

export type RequestName = keyof Requests;
export type Params<N extends RequestName> = Parameters<Requests[N]>[0];
export type Result<N extends RequestName> = ReturnType<Requests[N]>;

export type Empty = Record<string, never>;

export interface MachineRef {
  readonly machine: string;
}

export interface VerifyReport {
  readonly name: string;
  /** Null when digests are made later. */
  readonly verification: Verification | null;
}

/** Lines as a person reads them: `disk /srv/data.raw (read-only)`. */
export interface Outside {
  readonly all: readonly string[];
  readonly missing: readonly string[];
}

/** How an operation ended: what the machine is now, how long it took, what it wrote. */
export interface Outcome {
  readonly name: string;
  readonly status: MachineView['status'];
  readonly seconds: number;
  readonly bytes?: number;
}

export interface Report extends Outcome {
  /** Absent when it went well. The guest runs on when it did not. */
  readonly problem?: Problem;
}

export interface Notice {
  readonly machine: string | null;
  readonly problem: Problem;
}

export interface DriverReport {
  readonly driver: DriverId;
  readonly displayName: string;
  readonly available: boolean;
  readonly version: string | null;
  readonly problem: Problem | null;
  readonly facts: readonly Fact[];
}

export interface CreateRequest {
  readonly name: string;
  readonly driver?: DriverId;
  readonly architecture?: Architecture;
  readonly cpus?: number;
  readonly memoryMiB?: number;
  readonly boot:
    | 'bios'
    | 'uefi'
    | { readonly kernel: string; readonly initrd?: string; readonly commandLine?: string }
    | MacosSource;
  readonly disks: readonly NewDisk[];
  readonly iso?: string;
  readonly network: boolean;
  readonly display: Hardware['display'];
  readonly policy: Partial<Policy>;
}

/**
 * macOS, installed from an image on this computer onto the first disk, which is an empty raw one.
 * Preflight is asked right before. What it says no to is refused; what it cannot tell is refused too,
 * unless `despiteUnknown`: a person has read what is unknown and goes on.
 */
export interface MacosSource {
  readonly restoreImage: string;
  readonly despiteUnknown: boolean;
}

/** An empty disk, a copy of an image (sharing blocks where the volume can), or an image that stays where it is. */
export type NewDisk =
  | { readonly kind: 'empty'; readonly bytes: number; readonly format: 'raw' | 'qcow2' }
  | { readonly kind: 'copy'; readonly from: string; readonly format: 'raw' | 'qcow2' }
  | {
      readonly kind: 'inPlace';
      readonly path: string;
      readonly format: 'raw' | 'qcow2';
      readonly readOnly: boolean;
    };

/** Settings of a machine by name; what is absent stays. */
export interface Changes {
  readonly cpus?: number;
  readonly memoryMiB?: number;
  readonly iso?: string | null;
  readonly display?: Hardware['display'];
  readonly policy?: PolicyChanges;
  /** Of a machine of Apple’s framework alone; lists are sent whole. */
  readonly vz?: VzChanges;
}

/** All but who the guest is, which stays for life. */
export type VzChanges = Partial<Omit<VzHardware, 'guest'>>;

/** The window and the memory target also take effect on a guest that runs; null takes a target away. */
export type PolicyChanges = Partial<Omit<Policy, 'window' | 'memoryTargetMiB'>> & {
  readonly window?: Partial<WindowPolicy>;
  readonly memoryTargetMiB?: number | null;
};
