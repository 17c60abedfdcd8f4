import type { StateCheck } from '../contract/app-state.ts';
import { TorporError, toTorporError } from '../core/errors.ts';
import type { Machine } from '../core/machine.ts';
import { makeDigests, readDigests } from '../core/saved-state/digests.ts';
import { loadManifest } from '../core/saved-state/files.ts';
import type { Verification } from '../core/saved-state/verify.ts';
import { verifyState } from '../core/saved-state/verify.ts';
import { vouchAgain } from '../core/saved-state/vouch.ts';
import type { Machines } from './machines.ts';
import { createPace } from './pace.ts';

/** Reads saved states whole: to compare them with their digests, or to make those in the background. */
export interface StateChecks {
  /**
   * Compares everything a saved state depends on. Throws WRONG_STATUS without one, CANCELLED when that
   * was asked for or the machine does something else meanwhile: whoever resumes does not wait.
   */
  verify(machine: Machine): Promise<Verification>;
  /** Makes digests of this state later, slowly, unless there are some. */
  digestLater(machine: Machine): void;
  /** What is read of the machine now. */
  of(machine: Machine): StateCheck | undefined;
  cancel(machine: Machine): boolean;
  /** Whether digests are made after every suspension. */
  setBackground(isOn: boolean): void;
  /** After every change of a machine: ends what must not go on, begins what may. */
  update(): void;
  /** Ends everything; nothing is read any more when it resolves. */
  close(): Promise<void>;
}

export interface StateChecksOptions {
  readonly machines: Machines;
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
  /** Bytes a second that are read in the background. */
  readonly backgroundRate?: number;
}

interface Running {
  readonly controller: AbortController;
  readonly ended: Promise<unknown>;
  check: StateCheck;
}

const defaultBackgroundRate = 64 * 1024 * 1024;

export function createStateChecks(options: StateChecksOptions): StateChecks {
  const { machines, onChange, onError, backgroundRate = defaultBackgroundRate } = options;
  const running = new Map<Machine, Running>();
  /** The states that were looked at already, by when they were made; a new one is another. */
  const seen = new WeakMap<Machine, string>();
  const wanted = new Set<Machine>();
  let isOn = false;
  let isClosed = false;

  const isResting = ({ status, progress }: Machine): boolean =>
    status === 'suspended' && progress === undefined;

  async function run<T>(
    machine: Machine,
    doing: StateCheck['doing'],
    work: (signal: AbortSignal, onProgress: (amount: StateCheck['amount']) => void) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController();
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const mine: Running = { controller, ended, check: { doing, amount: null } };
    running.set(machine, mine);
    onChange();
    try {
      const read = () =>
        work(controller.signal, (amount) => {
          mine.check = { doing, amount };
          onChange();
        });
      return await machine.reading(read);
    } finally {
      running.delete(machine);
      resolve();
      onChange();
    }
  }

  async function verify(machine: Machine): Promise<Verification> {
    const { name } = machine.config;
    await end(machine);
    if (!isResting(machine)) throw noState(machine);
    const verification = await run(machine, 'verify', async (signal, onProgress) => {
      try {
        const manifest = await loadManifest(machine.bundle);
        const found = await verifyState(machine.bundle, manifest, { signal, onProgress });
        signal.throwIfAborted();
        if (found.verdict === 'intact') await vouch(machine);
        return found;
      } catch (error) {
        if (signal.aborted) throw cancelled(name, error);
        throw toTorporError(error);
      }
    });
    return verification;
  }

  /** In one turn of the machine, so that no resume meets a manifest that is being replaced. */
  async function vouch(machine: Machine): Promise<void> {
    await machines.hold(machine, 'being vouched for', async () => {
      if (!isResting(machine)) return;
      const manifest = await loadManifest(machine.bundle);
      if (await vouchAgain(machine.bundle, manifest)) await machine.refresh();
    });
  }

  async function digest(machine: Machine): Promise<void> {
    wanted.delete(machine);
    seen.set(machine, machine.savedState?.createdAt ?? '');
    const { bundle } = machine;
    await run(machine, 'digest', async (signal, onProgress) => {
      const manifest = await loadManifest(bundle);
      if ((await readDigests(bundle, manifest)) !== undefined) return;
      const pace = createPace(backgroundRate, signal);
      await makeDigests(bundle, manifest, { signal, onProgress, pace });
    });
  }

  function begin(): void {
    if (isClosed || running.size > 0) return;
    // The disks are somebody else's while a machine is saved or brought back.
    if (machines.open().some(({ progress }) => progress !== undefined)) return;
    const next = machines.open().find((machine) => isResting(machine) && isDue(machine));
    if (next === undefined) return;
    digest(next)
      .catch((error: unknown) => {
        // It was ended, or its files changed: the next suspension is another chance.
        const { code } = toTorporError(error);
        if (code !== 'CANCELLED' && code !== 'BUSY') onError(error);
      })
      .finally(begin);
  }

  function isDue(machine: Machine): boolean {
    if (machine.savedState?.form !== undefined) return false;
    return wanted.has(machine) || (isOn && seen.get(machine) !== machine.savedState?.createdAt);
  }

  async function end(machine: Machine): Promise<void> {
    const one = running.get(machine);
    one?.controller.abort();
    await one?.ended;
  }

  return {
    verify,
    digestLater(machine) {
      if (!isResting(machine)) throw noState(machine);
      wanted.add(machine);
      begin();
    },
    of: (machine) => running.get(machine)?.check,
    cancel(machine) {
      const one = running.get(machine);
      one?.controller.abort();
      return one !== undefined;
    },
    setBackground(next) {
      isOn = next;
      begin();
    },
    update() {
      for (const [machine, { controller }] of running) {
        if (!isResting(machine)) controller.abort();
      }
      begin();
    },
    async close() {
      isClosed = true;
      await Promise.all([...running.keys()].map(end));
    },
  };
}

function noState({ config, status }: Machine): TorporError {
  return new TorporError('WRONG_STATUS', `“${config.name}” is ${status} and cannot be verified.`, {
    hint: 'It has to be suspended for that.',
    details: { operation: 'verify', status, needed: ['suspended'] },
  });
}

function cancelled(name: string, cause: unknown): TorporError {
  return new TorporError('CANCELLED', `Verifying “${name}” was ended. Nothing was changed.`, {
    cause,
  });
}
