import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Hardware } from '../../core/config.ts';
import type { Driver, HardwareWish, Place } from '../../core/driver.ts';
import { type Problem, TorporError } from '../../core/errors.ts';
import { writeJson } from '../../core/library/atomic-file.ts';
import { exists } from '../../core/library/bundle.ts';
import { bootImage } from './guest.ts';
import { createMemoryHypervisor, killed, type MemoryHypervisor } from './hypervisor.ts';
import { createSession, type Missing, type SessionContext } from './session.ts';
import { readState, writeMemoryFile } from './state.ts';

export interface MemoryDriverOptions {
  /** Where the guests live; a new one unless given. Drivers that share it see the same guests. */
  readonly hypervisor?: MemoryHypervisor;
  readonly version?: string;
  /** Why no machine can run here; they can unless given. */
  readonly unavailable?: Problem;
  readonly missing?: Missing;
  /** For what a listener throws; a fault that ends the process unless given. */
  readonly onListenerError?: (error: unknown) => void;
}

/**
 * A driver without a hypervisor, for tests and for looking at the interface: its guests are objects
 * (guest.ts) that outlive their agents, its saved states are real files. `hypervisor` is the other
 * side: there a test kills guests and makes any step fail or wait.
 */
export function createMemoryDriver(
  options: MemoryDriverOptions = {},
): Driver & { readonly hypervisor: MemoryHypervisor } {
  const { hypervisor = createMemoryHypervisor(), version = '1.0', missing = {} } = options;
  const onListenerError = options.onListenerError ?? throwLater;
  const hold = (place: Place): SessionContext => ({
    place,
    hypervisor,
    version,
    missing,
    onListenerError,
  });

  return {
    id: 'memory',
    displayName: 'In-memory guests',
    hypervisor,

    async availability() {
      const { unavailable: problem } = options;
      const facts = [{ subject: 'Guests', verdict: 'note', text: 'They are pretended.' }] as const;
      if (problem === undefined) return { available: true, version, facts };
      return { available: false, problem, facts };
    },

    plan,
    renew: async (hardware) => ({
      ...hardware,
      network: hardware.network && { ...hardware.network, mac: randomMac() },
    }),
    createDisk,
    async prepare() {},

    async start(place, { signal }) {
      expectNoGuest(hypervisor, place);
      await hypervisor.pass('start', signal);
      const image = bootImage();
      if (place.config.policy.stateMode === 'instant') {
        await writeMemoryFile(place.bundle, image.memory);
      }
      await recordGuest(place);
      const guest = hypervisor.create(place.config.id, image);
      const session = createSession(hold(place));
      guest.running = true;
      return session;
    },

    async restore(place, manifest, { signal, onProgress }) {
      expectNoGuest(hypervisor, place);
      await hypervisor.pass('restore', signal);
      const image = await readState(place.bundle, manifest);
      // As a hypervisor that maps the memory file does: the same bytes, another modification time.
      if (manifest.mode === 'instant') await writeMemoryFile(place.bundle, image.memory);
      onProgress?.({ done: image.memory.length, total: image.memory.length });
      signal?.throwIfAborted();
      await recordGuest(place);
      hypervisor.create(place.config.id, image);
      return createSession(hold(place));
    },

    async adopt(place) {
      await hypervisor.pass('adopt');
      const guest = hypervisor.guests.get(place.config.id);
      if (guest !== undefined) {
        const session = createSession(hold(place));
        const { waitsFor, pausedByPerson } = guest;
        return {
          found: 'session',
          session,
          shouldRun: !pausedByPerson,
          ...(waitsFor === undefined ? {} : { waitsFor }),
        };
      }
      const { process } = place.bundle.files;
      // The record stays: until the machine starts again, this is what is known of its last guest.
      return (await exists(process)) ? { found: 'ended', problem: killed } : { found: 'nothing' };
    },

    lacks: () => ({
      code: 'CAPABILITY_MISSING',
      message: 'Machines in memory have neither a window nor memory to give back.',
    }),
  };
}

async function plan(wish: HardwareWish): Promise<Hardware> {
  const { boot, disks, iso, display } = wish;
  return {
    architecture: wish.architecture ?? 'x86_64',
    machineType: 'memory-1.0',
    cpuModel: 'memory',
    cpus: wish.cpus ?? 1,
    memoryMiB: wish.memoryMiB ?? 16,
    boot,
    disks,
    iso,
    display,
    network: wish.network ? { kind: 'user', mac: randomMac() } : null,
  };
}

/** Locally administered and unicast, as a made-up address must be. */
function randomMac(): string {
  const rest = [...randomBytes(5)].map((byte) => byte.toString(16).padStart(2, '0'));
  return ['02', ...rest].join(':');
}

/** Sparse zeros, whatever the format: nobody looks inside. */
async function createDisk(path: string, _format: 'raw' | 'qcow2', bytes: number): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
}

/** As the locks on disk images do for a real hypervisor. */
function expectNoGuest(hypervisor: MemoryHypervisor, { config }: Place): void {
  if (!hypervisor.guests.has(config.id)) return;
  throw new TorporError('HYPERVISOR_FAILED', `A guest of “${config.name}” runs already.`);
}

/** Tells an agent that comes later that a guest was meant to be here. */
async function recordGuest({ bundle, config }: Place): Promise<void> {
  await writeJson(bundle.files.process, { machineId: config.id });
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
