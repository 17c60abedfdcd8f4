import type { Problem } from '../../core/errors.ts';
import { createGuest, type GuestImage, type MemoryGuest } from './guest.ts';
import { createSteps, type Steps } from './steps.ts';

/** What the agent's side of a guest hears of it. */
export interface Attachment {
  statusChanged(status: 'running' | 'paused'): void;
  problem(problem: Problem): void;
  ended(problem: Problem | undefined): void;
}

/**
 * The “host” on which in-memory guests live. Drivers that share one see the same guests, as agents
 * that come after one another do; a new one is a host that was rebooted.
 */
export interface MemoryHypervisor extends Steps {
  readonly guests: ReadonlyMap<string, MemoryGuest>;
  /** The guest of the machine with that id; throws when none runs. */
  guestOf(machineId: string): MemoryGuest;
  /** The hypervisor process of a machine dies: `kill -9`. Nothing happens when no guest is there. */
  kill(machineId: string): void;
  /** The guest shuts down by itself. */
  shutDown(machineId: string): void;
  /** The guest stops without anybody having asked, as at a disk error, which `problem` tells of. */
  halt(machineId: string, problem?: Problem): void;
  /** Every agent dies, `kill -9`: their sessions hear nothing from here on, the guests run on. */
  dropAgents(): void;

  // The driver's side. A guest that is gone is no error: it may go at any moment.
  create(machineId: string, image: GuestImage): MemoryGuest;
  /** Makes `attachment` the one that hears of the guest; an earlier one hears no more. */
  attach(machineId: string, attachment: Attachment): void;
  detach(machineId: string, attachment: Attachment): void;
  setRunning(machineId: string, running: boolean): void;
  /** The guest is gone; `problem` is absent when that was wanted. */
  remove(machineId: string, problem?: Problem): void;
}

export interface MemoryHypervisorOptions {
  /** Milliseconds that never go back; the guests' counters follow it. */
  readonly now?: () => number;
}

export function createMemoryHypervisor(options: MemoryHypervisorOptions = {}): MemoryHypervisor {
  const now = options.now ?? (() => performance.now());
  const guests = new Map<string, MemoryGuest>();
  const attachments = new Map<string, Attachment>();

  const guestOf = (machineId: string): MemoryGuest => {
    const guest = guests.get(machineId);
    if (guest === undefined) throw new Error(`no guest of machine ${machineId}`);
    return guest;
  };
  const setRunning = (machineId: string, running: boolean): void => {
    const guest = guests.get(machineId);
    if (guest === undefined || guest.running === running) return;
    guest.running = running;
    if (running) guest.waitsFor = undefined;
    attachments.get(machineId)?.statusChanged(running ? 'running' : 'paused');
  };
  const remove = (machineId: string, problem?: Problem): void => {
    const guest = guests.get(machineId);
    if (guest === undefined) return;
    guest.running = false;
    guests.delete(machineId);
    const attachment = attachments.get(machineId);
    attachments.delete(machineId);
    attachment?.ended(problem);
  };

  return {
    ...createSteps(),
    guests,
    guestOf,
    setRunning,
    remove,
    kill: (machineId) => remove(machineId, killed),
    shutDown: (machineId) => remove(machineId),
    halt(machineId, problem) {
      guestOf(machineId).waitsFor = problem;
      if (problem !== undefined) attachments.get(machineId)?.problem(problem);
      setRunning(machineId, false);
    },
    dropAgents: () => attachments.clear(),

    create(machineId, image) {
      const guest = createGuest(machineId, image, now);
      guests.set(machineId, guest);
      return guest;
    },

    attach(machineId, attachment) {
      attachments.set(machineId, attachment);
    },

    detach(machineId, attachment) {
      if (attachments.get(machineId) === attachment) attachments.delete(machineId);
    },
  };
}

export const killed: Problem = {
  code: 'GUEST_ENDED',
  message: 'The guest ended unexpectedly.',
  hint: 'Start it again; what was on its disks is there.',
};
