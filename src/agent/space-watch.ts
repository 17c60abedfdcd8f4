import type { Problem } from '../core/errors.ts';
import type { Host } from '../core/host.ts';
import type { Machine } from '../core/machine.ts';
import type { Clock } from './clock.ts';
import { inSteps } from './space.ts';
import { levelsOf } from './space-levels.ts';
import { deviceOf, type Volume, volumesOf } from './volumes.ts';

/**
 * Looks after the free space of every volume that a guest writes to, while guests are there. A guest
 * that meets a full volume by itself is stopped by its hypervisor at once; what this adds is a warning
 * before, a pause while there is still room to suspend, and going on when there is room again.
 */
export interface SpaceWatch {
  /** What is wrong with the library's own volume, while guests are there. */
  readonly problem: Problem | undefined;
  /** After every change of a machine: there may be a guest more or less, or one that waits. */
  update(): void;
  /** Looks now. Never rejects. */
  look(): Promise<void>;
  close(): void;
}

export interface SpaceWatchOptions {
  readonly library: string;
  readonly machines: () => readonly Machine[];
  readonly host: Pick<Host, 'space'>;
  /** Whether other work holds the machine. */
  readonly isHeld: (machine: Machine) => boolean;
  /** Tells of a volume that is getting full, once until it is not any more. */
  readonly warn: (problem: Problem) => void;
  /** After a look, and when `problem` has gone. */
  readonly onLook: () => void;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
}

/** Milliseconds between two looks; the shorter while a volume is low or a guest waits for room. */
export const calmInterval = 10_000;
export const tenseInterval = 2_000;

/** No timer runs and nothing is read while no guest is there. */
export function createSpaceWatch(options: SpaceWatchOptions): SpaceWatch {
  const { clock, host, onError } = options;
  /** The volumes that people were warned of, by device. */
  const warned = new Set<bigint>();
  /** What was free when a guest began to wait: only more than that is room for it. */
  const stuckAt = new WeakMap<Problem, number>();
  let problem: Problem | undefined;
  let looking: Promise<void> | undefined;
  let timer: { readonly interval: number; readonly stop: () => void } | undefined;
  let isClosed = false;

  const alive = () => options.machines().filter(({ session }) => session !== undefined);

  function heedVolume(volume: Volume): void {
    const { device, space } = volume;
    const { low } = levelsOf(space);
    // A warning ends a little above where it begins, or it would come again and again.
    if (space.available > low + low / 8) warned.delete(device);
    if (space.available >= low || warned.has(device)) return;
    warned.add(device);
    options.warn(isLow(volume));
  }

  async function heedMachine(machine: Machine, volumes: readonly Volume[]): Promise<void> {
    if (machine.progress !== undefined || options.isHeld(machine)) return;
    const full = volumes.find(({ space }) => space.available < levelsOf(space).full);
    const least = Math.min(...volumes.map(({ space }) => space.available));
    try {
      if (machine.status === 'running' && full !== undefined) {
        const reason = isFull(machine, full);
        stuckAt.set(reason, least);
        await machine.pauseFor(reason);
      } else if (isStuck(machine, least) && volumes.every(hasRoom)) {
        await machine.resume();
      }
    } catch {
      // It is the machine's problem now, which says so itself; the next look tries again.
    }
  }

  /** Whether it waits for room and there is more than when it began to. */
  function isStuck({ waitsFor }: Machine, available: number): boolean {
    if (waitsFor?.code !== 'NO_SPACE') return false;
    const before = stuckAt.get(waitsFor);
    if (before === undefined) stuckAt.set(waitsFor, available);
    return before !== undefined && available > before;
  }

  async function lookAtAll(): Promise<void> {
    const machines = alive();
    const volumes = await volumesOf(machines, host);
    for (const volume of volumes) heedVolume(volume);
    const devices = new Set(volumes.map(({ device }) => device));
    for (const device of warned) if (!devices.has(device)) warned.delete(device);
    const own = await deviceOf(options.library);
    const library = volumes.find(({ device }) => device === own && warned.has(device));
    problem = library && isLow(library);
    for (const machine of machines) {
      const mine = volumes.filter((volume) => volume.machines.includes(machine));
      if (mine.length > 0) await heedMachine(machine, mine);
    }
    options.onLook();
  }

  function look(): Promise<void> {
    looking ??= lookAtAll()
      .catch(onError)
      .finally(() => {
        looking = undefined;
        update();
      });
    return looking;
  }

  function rest(): void {
    timer?.stop();
    timer = undefined;
    warned.clear();
    if (problem === undefined) return;
    problem = undefined;
    options.onLook();
  }

  function update(): void {
    const machines = alive();
    if (isClosed || machines.length === 0) {
      rest();
      return;
    }
    const waiting = machines.flatMap(({ waitsFor }) =>
      waitsFor?.code === 'NO_SPACE' ? [waitsFor] : [],
    );
    const interval = warned.size + waiting.length > 0 ? tenseInterval : calmInterval;
    const isNew = timer === undefined || waiting.some((one) => !stuckAt.has(one));
    if (timer?.interval !== interval) {
      timer?.stop();
      timer = { interval, stop: clock.every(interval, () => void look()) };
    }
    if (isNew) void look();
  }

  return {
    get problem() {
      return problem;
    },
    update,
    look,
    close() {
      isClosed = true;
      rest();
    },
  };
}

function hasRoom({ space }: Volume): boolean {
  return space.available >= levelsOf(space).room;
}

function isLow({ path, machines, space }: Volume): Problem {
  const names = machines.map(({ config }) => `“${config.name}”`).sort();
  return {
    code: 'SPACE_LOW',
    message: `Only ${mebibytes(space.available)} are free on the volume of ${path}.`,
    hint: `Free some space before it is full: ${names.join(', ')} would be paused.`,
    details: { path, availableBytes: inSteps(space.available) },
  };
}

function isFull({ config }: Machine, { path, space }: Volume): Problem {
  return {
    code: 'NO_SPACE',
    message: `“${config.name}” was paused: only ${mebibytes(space.available)} are free on the volume of ${path}.`,
    hint: 'Free some space: it then goes on. It has lost nothing.',
    details: { path, availableBytes: inSteps(space.available) },
  };
}

function mebibytes(bytes: number): string {
  return `${Math.floor(inSteps(bytes) / 1024 / 1024)} MiB`;
}
