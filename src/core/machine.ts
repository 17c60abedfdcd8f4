import { stat } from 'node:fs/promises';
import { assertMayBegin } from './before-work.ts';
import type { ColdStorage } from './cold-storage/compact.ts';
import { createStateForm } from './cold-storage/state-form.ts';
import type { MachineConfig } from './config.ts';
import type { Driver, Place, Session } from './driver.ts';
import { type Problem, toProblem, toTorporError } from './errors.ts';
import { createEmitter } from './events.ts';
import { createGuestHold } from './guest-hold.ts';
import { type Bundle, readConfig, writeConfig } from './library/bundle.ts';
import { createOperationSlot, type OperationProgress, type Work } from './operation.ts';
import { withReach } from './reach.ts';
import { goOn, restore } from './restore.ts';
import { isSameGuest } from './same-guest.ts';
import * as stateFiles from './saved-state/files.ts';
import {
  type FoundState,
  findState,
  type SavedStateSummary,
  summaryOf,
} from './saved-state/find.ts';
import type { HostIdentity } from './saved-state/fit.ts';
import type { SaveReason } from './saved-state/manifest.ts';
import { assertResumable } from './saved-state/resumable.ts';
import { assertCanPerform, isWorthKeeping, type MachineStatus, type Operation } from './status.ts';
import { stopByRequest } from './stop.ts';
import { endSaved, suspend } from './suspend.ts';
import { tellTime } from './tell-time.ts';

export interface MachineContext {
  readonly driver: Driver;
  readonly identity: HostIdentity;
  readonly torporVersion: string;
  readonly runDirectory: string;
  /** Throws before a machine uses what nobody agreed to; absent where whoever opens it trusts it. */
  readonly assertAgreed?: (config: MachineConfig) => void;
  /** What compacting and encrypting saved states needs; absent where it cannot be done. */
  readonly cold?: ColdStorage;
  /** For what goes wrong where no caller waits. */
  readonly onError: (error: unknown) => void;
}

interface MachineEvents {
  changed: undefined;
  /** Something happened that nobody asked for. */
  problem: Problem;
}

/**
 * One machine of an open library: derives its status, runs one operation at a time, and owns the
 * session while the guest exists. Only the agent that holds the library's lock makes one.
 */
export class Machine {
  readonly bundle: Bundle;
  readonly #context: MachineContext;
  readonly #events;
  readonly #slot = createOperationSlot(() => this.#changed());
  /** The form of its saved state, and the work that changes it. */
  readonly form;
  readonly #guest;
  #config: MachineConfig;
  #state: FoundState = { exists: false };
  #problem: Problem | undefined;
  /** When the files tell that it last ran. */
  #lastSeen = 0;

  private constructor(bundle: Bundle, config: MachineConfig, context: MachineContext) {
    this.bundle = bundle;
    this.#config = config;
    this.#context = context;
    this.#events = createEmitter<MachineEvents>(context.onError);
    this.form = createStateForm({
      place: () => this.#place(),
      cold: context.cold,
      assertSuspended: () => assertCanPerform('restore', this.status, this.#config.name),
      onChange: () => this.#changed(),
      onDone: () => this.refresh(),
    });
    this.#guest = createGuestHold(bundle, {
      onChange: () => this.#changed(),
      onProblem: (problem) => this.#report(problem),
      onError: context.onError,
    });
  }

  /**
   * The machine in `bundle`, with the guest of an earlier agent adopted when one is there. Throws as
   * `readConfig`; whatever else is wrong becomes the machine's `problem`.
   */
  static async open(bundle: Bundle, context: MachineContext): Promise<Machine> {
    const machine = new Machine(bundle, await readConfig(bundle), context);
    machine.#lastSeen = (await stat(bundle.files.config)).mtimeMs;
    await machine.refresh();
    return machine;
  }

  get config(): MachineConfig {
    return this.#config;
  }

  get status(): MachineStatus {
    const { progress } = this.#slot;
    if (progress !== undefined) return progress.status;
    if (this.session !== undefined) return this.session.status;
    if (!this.#guest.isKnown) return 'broken';
    return this.#state.exists ? 'suspended' : 'stopped';
  }

  get problem(): Problem | undefined {
    return this.#problem;
  }

  get session(): Session | undefined {
    return this.#guest.session;
  }

  /** Why the guest stands although no person paused it: resuming it tries again. */
  get waitsFor(): Problem | undefined {
    return this.#guest.waitsFor;
  }

  /** When it last ran, in milliseconds since 1970; 0 when it never did. */
  get lastUsed(): number {
    return Math.max(this.#lastSeen, this.#guest.since);
  }

  get savedState(): SavedStateSummary | undefined {
    const { manifest } = this.#state;
    return manifest === undefined ? undefined : summaryOf(manifest);
  }

  get progress(): OperationProgress | undefined {
    return this.#slot.progress;
  }

  on<K extends keyof MachineEvents>(event: K, listener: (payload: MachineEvents[K]) => void) {
    return this.#events.on(event, listener);
  }

  /**
   * Reads again what lies on disk: configuration, saved state, and whether that state is readable. Asks
   * the driver again when it could not say whether a guest is there.
   */
  async refresh(): Promise<void> {
    const config = await readConfig(this.bundle);
    const found = await findState(this.bundle);
    // An operation that began meanwhile reads for itself, later than this.
    if (this.#slot.progress !== undefined) return;
    this.#config = config;
    this.#note(found);
    if (this.#guest.isKnown) return;
    const problem = await this.#guest.look(this.#context.driver, this.#place(), found.exists);
    if (problem !== undefined) this.#problem = problem;
  }

  /** Boots the guest. A saved state is set aside, so that it is neither lost nor used by mistake. */
  async startCold(): Promise<void> {
    await this.#run('startCold', async (signal) => {
      const why = this.#state.exists ? startedCold : 'The guest had ended unexpectedly.';
      const moved = await stateFiles.prepare(this.bundle, why);
      try {
        this.#guest.take(await this.#context.driver.start(this.#place(), { signal }));
      } catch (error) {
        await stateFiles.putBack(this.bundle, moved);
        throw error;
      }
    });
  }

  /** Boots a stopped machine; WRONG_STATUS when it has a saved state. */
  async start(): Promise<void> {
    assertCanPerform('start', this.status, this.#config.name);
    await this.startCold();
  }

  /** Brings the guest back from its saved state; see restore(). */
  async restore(): Promise<void> {
    await this.#run('restore', async (signal, onProgress) => {
      const context = { ...this.#context, place: this.#place() };
      await this.form.makeReady(context.identity, { signal, onProgress });
      this.#guest.take(await restore(context, { signal, onProgress }));
      await this.form.forget().catch(context.onError);
      this.#guest.assertGoesOn();
    });
    void tellTime(this.session, this.#context.onError);
  }

  /** Saves the guest and ends the VM; see suspend(). */
  async suspend(reason: SaveReason): Promise<void> {
    await this.#run('suspend', async (signal, onProgress) => {
      const session = this.#guest.mustHave(this.#config.name);
      // An earlier suspension saved it and could not end it.
      if (this.#state.exists) return endSaved(this.bundle, session);
      const wasPaused = session.status === 'paused' && this.waitsFor === undefined;
      const context = { ...this.#context, place: this.#place(), session, wasPaused };
      await suspend(context, { reason, signal, onProgress });
      const problem = await this.form.encryptIfAsked({ signal, onProgress });
      if (problem !== undefined) this.#report(problem);
    });
  }

  async pause(): Promise<void> {
    await this.#run('pause', () => this.#guest.mustHave(this.#config.name).pause());
  }

  /** Pauses the guest for a reason that will pass, which becomes `waitsFor` and the machine's problem. */
  async pauseFor(reason: Problem): Promise<void> {
    await this.#run('pause', () => this.#guest.pauseFor(reason));
  }

  async resume(): Promise<void> {
    await this.#run('resume', async () => {
      const session = this.#guest.mustHave(this.#config.name);
      // A suspension that saved it and could not end it left a state, which is used up by going on.
      await (this.#state.exists ? goOn(this.bundle, session) : session.resume());
      this.#guest.assertGoesOn();
    });
    void tellTime(this.session, this.#context.onError);
  }

  /**
   * Asks the guest to shut down and waits until it has. TIMED_OUT after the policy's deadline: the
   * guest then runs on, since nobody asked to pull the plug.
   */
  async requestStop(): Promise<void> {
    await this.#run('requestStop', async (signal) => {
      await stopByRequest(this.#guest.mustHave(this.#config.name), this.#config, signal);
    });
  }

  /** Ends the guest at once, also while it is being asked to stop. What was not on its disks is lost. */
  async forceStop(): Promise<void> {
    assertCanPerform('forceStop', this.status, this.#config.name);
    await this.#slot.clear();
    if (this.session === undefined) return;
    await this.#run('forceStop', () => this.#guest.mustHave(this.#config.name).end());
  }

  /** Deletes the saved state, as a person who asked for it expects. The disks stay as they are. */
  async discardState(): Promise<void> {
    await this.#run('discardState', () => stateFiles.clear(this.bundle));
  }

  /**
   * Replaces the configuration, which is validated first. A saved state may then no longer fit. What
   * only concerns the future (what happens at the quit and the launch) can change while the guest runs.
   */
  async configure(config: MachineConfig): Promise<void> {
    if (this.session !== undefined && isSameGuest(this.#config, config)) {
      await writeConfig(this.bundle, config);
      this.#config = config;
      this.#changed();
      return;
    }
    await this.#slot.run('configure', this.status, this.#config.name, async () => {
      await writeConfig(this.bundle, config);
      await this.refresh();
    });
  }

  /** Checks the saved state as a resume would, and throws as it would; touches nothing. */
  async checkState(): Promise<void> {
    const manifest = await stateFiles.loadManifest(this.bundle);
    const { identity } = this.#context;
    await this.reading(() => assertResumable(manifest, this.bundle, this.#config, identity));
  }

  /** Does `work`, which reads what the state depends on, also outside the bundle; see withReach(). */
  reading<T>(work: () => Promise<T>): Promise<T> {
    return withReach(this.#context.driver, this.#place(), work);
  }

  /** Asks the operation in flight to end; it then fails with CANCELLED. False when there is none that can. */
  cancel(): boolean {
    return this.#slot.cancel() || this.form.cancel();
  }

  /** Resolves when no operation is in flight, and a guest that ended has been cleared up after. */
  async settled(): Promise<void> {
    await this.#slot.settled();
    await this.#guest.ended();
  }

  /** How the operation in flight ends, for who joins it; see the slot's `outcome`. */
  outcome(): Promise<void> {
    return this.#slot.outcome();
  }

  /** Lets go of a running guest without ending it. The next agent adopts it. */
  async detach(): Promise<void> {
    await this.#guest.detach();
  }

  async #run(operation: Operation, work: Work): Promise<void> {
    try {
      await this.#slot.run(
        operation,
        this.status,
        this.#config.name,
        async (signal, onProgress) => {
          await this.form.endWork();
          // The last guest's files are cleared first, or that would happen to the next guest's.
          await this.#guest.ended();
          this.#problem = undefined;
          try {
            const { assertAgreed } = this.#context;
            await assertMayBegin(operation, this.bundle, this.#config, assertAgreed);
            await work(signal, onProgress);
            await this.#guest.ended();
          } finally {
            await this.#readState();
          }
        },
      );
    } catch (error) {
      const known = toTorporError(error);
      if (isWorthKeeping(known)) this.#problem = toProblem(known);
      this.#changed();
      throw known;
    }
  }

  #report(problem: Problem): void {
    this.#problem = problem;
    this.#events.emit('problem', problem);
    this.#changed();
  }

  async #readState(): Promise<void> {
    this.#note(await findState(this.bundle));
  }

  #note(found: FoundState): void {
    this.#state = found;
    if (found.manifest !== undefined) this.#lastSeen = Date.parse(found.manifest.createdAt);
    if (found.problem !== undefined) this.#problem = found.problem;
  }

  #place(): Place {
    return { bundle: this.bundle, config: this.#config, runDirectory: this.#context.runDirectory };
  }

  #changed(): void {
    this.#events.emit('changed', undefined);
  }
}

const startedCold = 'The machine was started cold.';
