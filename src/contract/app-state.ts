import type { DriverId, MachineConfig } from '../core/config.ts';
import type { Amount, Fact, LiveChoice } from '../core/driver.ts';
import type { ErrorCode, Problem } from '../core/errors.ts';
import type { OperationProgress } from '../core/operation.ts';
import type { SavedStateSummary } from '../core/saved-state/find.ts';
import type { SetAsideState } from '../core/saved-state/set-aside.ts';
import type { InFlightStatus, MachineStatus, Operation } from '../core/status.ts';
import type { DownloadView } from './downloads.ts';
import type { PreflightStep } from './preflight.ts';

/**
 * What the agent knows, as one immutable JSON value. Command line, menu and panel draw themselves
 * whole from it and keep nothing of their own.
 */
export interface AppState {
  /** Grows with every change, so that a client can tell which of two states is newer. */
  readonly revision: number;
  readonly agent: AgentInfo;
  readonly library: LibraryInfo;
  readonly machines: readonly MachineView[];
  /** Machines that are being made: they join `machines` when they are complete. */
  readonly creations: readonly CreationView[];
  /** Restore images that are being downloaded, can be gone on with, or are complete. */
  readonly downloads: readonly DownloadView[];
  /** What will matter at the next installation of macOS, where there are macOS guests; else null. */
  readonly outlook: Outlook | null;
}

export interface AgentInfo {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly phase: AgentPhase;
}

/** `ending` from the moment that everything is being suspended for good. */
export type AgentPhase = 'starting' | 'ready' | 'ending';

export interface LibraryInfo {
  readonly path: string;
  /** Bytes free and in all on the library's volume; null when they cannot be read. */
  readonly space: { readonly available: number; readonly total: number } | null;
  /** SPACE_LOW while guests are there and that volume is getting full. */
  readonly problem: Problem | null;
}

export interface MachineView {
  /** Empty for a broken machine whose configuration cannot be read. */
  readonly id: string;
  readonly name: string;
  /** The bundle's folder. */
  readonly path: string;
  readonly status: MachineStatus;
  readonly driver: DriverId | null;
  readonly memoryMiB: number | null;
  readonly cpus: number | null;
  readonly savedState: SavedStateSummary | null;
  readonly problem: Problem | null;
  readonly progress: OperationProgress | null;
  /** How far its saved state is compacted, while it is and stays suspended. */
  readonly compaction?: Amount;
  /** Its saved state is being read, which the status does not show; absent otherwise. */
  readonly check?: StateCheck;
  /** What can be done now, in the order of the transition table. */
  readonly operations: readonly Operation[];
  /** Milliseconds since 1970; 0 when it never ran. */
  readonly lastUsed: number;
}

/** A machine that is being made. `machine.cancel` takes its id or its name. */
export interface CreationView {
  readonly id: string;
  readonly name: string;
  readonly step: CreationStep;
  /** Milliseconds since 1970. */
  readonly stepStartedAt: number;
  /** How much of the step is done, from 0 to 1; null where nobody knows. */
  readonly fraction: number | null;
  readonly cancellable: boolean;
}

/** `checking` is the preflight of an installation. */
export type CreationStep = 'preparing' | 'copying' | 'checking' | 'installing';

/** Something about this Mac, and what to do about it. */
export interface Outlook {
  readonly sentence: string;
  readonly todo: readonly PreflightStep[];
}

/** `verify` compares all contents of a saved state, `digest` makes what a later one compares with. */
export interface StateCheck {
  readonly doing: 'verify' | 'digest';
  /** Bytes; null before the first are read. */
  readonly amount: { readonly done: number; readonly total: number } | null;
}

/** When digests of the saved state were made, and when all was last found to be as it was. */
export interface DigestTimes {
  readonly madeAt: string;
  readonly verifiedAt: string | null;
}

export interface MachineDetail extends MachineView {
  readonly config: MachineConfig | null;
  /** What can be chosen for it also while its guest runs; empty for a broken machine. */
  readonly choices: readonly LiveChoice[];
  /** What cannot be done with the guest that runs, and why; empty when nothing runs. */
  readonly missing: readonly { readonly capability: string; readonly reason: Problem }[];
  readonly setAside: readonly SetAsideState[];
  /** Absent when no digests were made of the saved state that there is. */
  readonly digests?: DigestTimes;
  /** The last lines of the serial console. */
  readonly consoleTail: string;
}

export type {
  DriverId,
  ErrorCode,
  Fact,
  InFlightStatus,
  LiveChoice,
  MachineConfig,
  MachineStatus,
  Operation,
  OperationProgress,
  Problem,
  SavedStateSummary,
  SetAsideState,
};
