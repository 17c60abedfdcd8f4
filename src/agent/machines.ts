import type { MachineConfig } from '../core/config.ts';
import { type Problem, TorporError, toProblem } from '../core/errors.ts';
import type { Bundle } from '../core/library/bundle.ts';
import { type Entry, listLibrary } from '../core/library/library.ts';
import { makePrivate } from '../core/library/private.ts';
import { sweepStaged } from '../core/library/sweep-staged.ts';
import { Machine, type MachineContext } from '../core/machine.ts';
import { nameOwners } from './duplicates.ts';
import { findListed } from './find.ts';
import { heedWindow } from './guest-window.ts';
import { heedPolicy } from './live-policy.ts';
import { createQueue } from './queue.ts';

export interface Open {
  readonly kind: 'machine';
  readonly machine: Machine;
}

/** A bundle that cannot be used as it is. `config` is there when it could be read. */
export interface Broken {
  readonly kind: 'broken';
  readonly bundle: Bundle;
  readonly config: MachineConfig | undefined;
  readonly problem: Problem;
}

export type Listed = Open | Broken;

export interface MachinesOptions {
  readonly library: string;
  /** What the machine needs of the agent. Throws when it cannot be had, for instance its driver. */
  readonly contextFor: (config: MachineConfig) => MachineContext;
  readonly onChange: () => void;
  readonly onProblem: (machine: Machine, problem: Problem) => void;
}

/** The machines of an open library, found by scanning it, and what may be done with them meanwhile. */
export interface Machines {
  /** Every bundle, broken ones too, by folder name. */
  all(): readonly Listed[];
  /** The machines that are not broken. */
  open(): readonly Machine[];
  /** By id, by the path of the bundle, or by the exact name; throws NO_SUCH_MACHINE or BAD_REQUEST. */
  find(reference: string): Promise<Listed>;
  /** As `find`, for work on a machine; throws what is wrong with a broken one. */
  usable(reference: string): Promise<Machine>;
  /** Throws BUSY while other work holds the machine. Call it in the same turn as the operation. */
  assertFree(machine: Machine): void;
  /**
   * Keeps everybody else from working on the machine until `work`, which is called in the same turn
   * (unless a compaction has to end first), has ended. `doing` completes “is”. Throws BUSY when somebody else holds it.
   */
  hold<T>(machine: Machine, doing: string, work: () => Promise<T>): Promise<T>;
  isHeld(machine: Machine): boolean;
  /** Looks at the library again: bundles that came, went, or were repaired. */
  rescan(): Promise<void>;
  /** Runs work that moves bundles about, and rescans before anybody else does. */
  restructure<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing that was asked for before reads the library any more. */
  settled(): Promise<void>;
}

/** Opens every bundle of the library, adopting guests that an earlier agent left. */
export async function openMachines(options: MachinesOptions): Promise<Machines> {
  const { library, contextFor, onChange, onProblem } = options;
  const held = new Map<Machine, string>();
  let listed: readonly Listed[] = [];
  const serially = createQueue();
  let nextScan: Promise<void> | undefined;

  const openOnes = () => listed.flatMap((one) => (one.kind === 'machine' ? [one.machine] : []));

  /** Its files must not be exchanged for others under it. */
  const isInUse = (machine: Machine): boolean =>
    machine.session !== undefined ||
    machine.progress !== undefined ||
    machine.form.amount !== undefined ||
    held.has(machine);

  async function open(bundle: Bundle, config: MachineConfig): Promise<Listed> {
    try {
      const context = contextFor(config);
      await makePrivate(bundle.path);
      // Leftovers take room and harm nothing; they must not keep a machine from being there.
      await sweepStaged(bundle).catch(context.onError);
      const machine = await Machine.open(bundle, context);
      machine.on('changed', onChange);
      machine.on('problem', (problem) => onProblem(machine, problem));
      const onError = (error: unknown): void => onProblem(machine, toProblem(error));
      heedWindow(machine, {
        ...{ assertFree, hold, onError },
        ask: (question) => onProblem(machine, question),
      });
      heedPolicy(machine, onError);
      return { kind: 'machine', machine };
    } catch (error) {
      return { kind: 'broken', bundle, config, problem: toProblem(error) };
    }
  }

  async function list(entry: Entry, known: Machine | undefined): Promise<Listed> {
    if (known !== undefined && isInUse(known)) return { kind: 'machine', machine: known };
    if (entry.kind === 'broken') return { ...entry, config: undefined };
    const { bundle, config } = entry;
    if (known === undefined || known.config.id !== config.id) return open(bundle, config);
    try {
      await known.refresh();
      return { kind: 'machine', machine: known };
    } catch (error) {
      return { kind: 'broken', bundle, config, problem: toProblem(error) };
    }
  }

  async function scan(): Promise<void> {
    const known = new Map(openOnes().map((machine) => [machine.bundle.path, machine]));
    const { owners, duplicates } = nameOwners(await listLibrary(library), openOnes(), isInUse);
    const found = await Promise.all(
      owners.map((entry) => list(entry, known.get(entry.bundle.path))),
    );
    const paths = new Set(owners.map(({ bundle }) => bundle.path));
    const lost = openOnes()
      .filter((machine) => !paths.has(machine.bundle.path) && isInUse(machine))
      .map((machine): Listed => ({ kind: 'machine', machine }));
    listed = [...found, ...duplicates, ...lost].sort(byPath);
    onChange();
  }

  /** Whoever asks while a scan waits for its turn is served by that one. */
  function rescan(): Promise<void> {
    nextScan ??= serially(() => {
      nextScan = undefined;
      return scan();
    });
    return nextScan;
  }

  await rescan();

  return {
    all: () => listed,
    open: openOnes,
    find: (reference) => findListed(listed, reference),

    async usable(reference) {
      const found = await findListed(listed, reference);
      if (found.kind === 'broken') throw isBroken(found);
      return found.machine;
    },

    assertFree,

    hold,

    isHeld: (machine) => held.has(machine),
    rescan,
    settled: () => serially(async () => {}),

    restructure: (work) =>
      serially(async () => {
        try {
          return await work();
        } finally {
          await scan();
        }
      }),
  };

  async function hold<T>(machine: Machine, doing: string, work: () => Promise<T>): Promise<T> {
    assertFree(machine);
    held.set(machine, doing);
    onChange();
    try {
      if (machine.form.amount !== undefined) await machine.form.endWork();
      return await work();
    } finally {
      held.delete(machine);
      onChange();
    }
  }

  function assertFree(machine: Machine): void {
    const doing = held.get(machine);
    if (doing === undefined) return;
    throw new TorporError('BUSY', `“${machine.config.name}” is ${doing}.`, {
      hint: 'Wait until that has finished.',
    });
  }
}

export function pathOf(listed: Listed): string {
  return listed.kind === 'machine' ? listed.machine.bundle.path : listed.bundle.path;
}

function byPath(a: Listed, b: Listed): number {
  return pathOf(a).localeCompare(pathOf(b));
}

/** The reason of the breakage is what helps a person, so it stands in for “is broken”. */
function isBroken({ problem, bundle }: Broken): TorporError {
  return new TorporError(problem.code, `${bundle.path}: ${problem.message}`, problem);
}
