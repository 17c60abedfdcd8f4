import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { MachineConfig } from './config.ts';
import type { Amount, Place, Save, Session } from './driver.ts';
import { TorporError, toTorporError } from './errors.ts';
import { faultPoint } from './fault-point.ts';
import { type Bundle, exists, resolveInBundle } from './library/bundle.ts';
import { goOn } from './restore.ts';
import { commit, finish, hasSavedState, makeLast } from './saved-state/files.ts';
import { settleFile } from './saved-state/fingerprint.ts';
import type { HostIdentity } from './saved-state/fit.ts';
import {
  type Manifest,
  manifestFormatVersion,
  type SavedFiles,
  type SaveReason,
} from './saved-state/manifest.ts';
import { expectTouched, stampMemory } from './saved-state/memory-stamp.ts';

export interface SuspendContext {
  readonly place: Place;
  readonly session: Session;
  /** Whether a person had paused the guest, so that it does not come back by itself. */
  readonly wasPaused: boolean;
  readonly identity: HostIdentity;
  readonly torporVersion: string;
  /** For what fails when the saved state is safe already. */
  readonly onError: (error: unknown) => void;
}

export interface SuspendOptions {
  readonly reason: SaveReason;
  readonly onProgress?: ((progress: Amount) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Saves the guest's state into its bundle and ends the VM. The saved state exists from the moment
 * its manifest is renamed into place; until then the operation can be cancelled by the signal.
 *
 * Throws CAPABILITY_MISSING with the device or setting that stands in the way, NO_SPACE, CANCELLED,
 * or SUSPEND_FAILED: the guest then runs on (or stays paused, as it was) and no saved state exists,
 * or the message says what stood in the way of that. GUEST_ENDED and HYPERVISOR_DISCONNECTED when
 * the guest died meanwhile; the saved state is then kept if its manifest was in place.
 */
export async function suspend(context: SuspendContext, options: SuspendOptions): Promise<void> {
  const { session, place } = context;
  if (!session.save.available)
    throw new TorporError('CAPABILITY_MISSING', session.save.reason.message, session.save.reason);
  await keepLastFrame(context);
  await faultPoint('suspend.begun');
  const { saved, abandon, giveBack } = await save(session.save.use, place.config, options);
  let manifest: Manifest | undefined;
  try {
    await faultPoint('suspend.saved');
    manifest = await describe(context, saved, options.reason);
    await faultPoint('suspend.described');
    options.signal?.throwIfAborted();
    await commit(place.bundle, manifest);
  } catch (error) {
    throw await undo(context, manifest, abandon, error);
  }
  try {
    await faultPoint('suspend.committed');
    await session.end();
  } catch (error) {
    throw notEnded(place.config.name, error);
  }
  await faultPoint('suspend.ended');
  if (giveBack === undefined) return;
  await giveRoomBack(place.bundle, manifest, giveBack).catch(context.onError);
}

/** Kept for last: the state is safe without it, and its volume may take its time to free blocks. */
async function giveRoomBack(
  bundle: Bundle,
  manifest: Manifest,
  giveBack: () => Promise<void>,
): Promise<void> {
  await expectTouched(bundle, manifest);
  await faultPoint('suspend.expected');
  try {
    await giveBack();
    await faultPoint('suspend.given-back');
  } finally {
    await stampMemory(bundle, manifest);
  }
}

async function save(use: Save, { name, policy }: MachineConfig, options: SuspendOptions) {
  const { signal, onProgress } = options;
  try {
    return await use({ mode: policy.stateMode, signal, onProgress });
  } catch (error) {
    throw suspendFailed(name, error);
  }
}

/** Ends the guest of a state that an earlier suspension has saved, and may not have made to last. */
export async function endSaved(bundle: Bundle, session: Pick<Session, 'end'>): Promise<void> {
  await makeLast(bundle);
  await session.end();
}

/**
 * Makes the guest go on after a save that is not to be, and says why it is not. A manifest that is in
 * place is consumed by that, as by a resume: when the guest is gone, it is the one copy that is left.
 */
async function undo(
  { place: { bundle, config }, onError }: SuspendContext,
  manifest: Manifest | undefined,
  abandon: () => Promise<void>,
  error: unknown,
): Promise<TorporError> {
  try {
    await faultPoint('undo.begun');
    const isThere = await hasSavedState(bundle);
    await (isThere ? goOn(bundle, { resume: abandon }) : abandon());
    await faultPoint('undo.abandoned');
    if (isThere && manifest !== undefined) await finish(bundle, manifest).catch(onError);
    return suspendFailed(config.name, error);
  } catch (second) {
    if (!isGone(second)) return standsStill(config.name, error, second);
    return endedMeanwhile(config.name, error, second, await hasSavedState(bundle));
  }
}

async function describe(
  context: SuspendContext,
  saved: SavedFiles,
  reason: SaveReason,
): Promise<Manifest> {
  const { bundle, config } = context.place;
  const disks = await Promise.all(
    config.hardware.disks.map(async ({ id, path }) => ({
      id,
      path,
      fingerprint: await settleFile(resolveInBundle(bundle, path)),
    })),
  );
  const variables = bundle.files.firmwareVariables;
  return {
    ...saved,
    formatVersion: manifestFormatVersion,
    id: randomUUID(),
    machineId: config.id,
    createdAt: new Date().toISOString(),
    torporVersion: context.torporVersion,
    reason,
    wasPaused: context.wasPaused,
    host: context.identity,
    hardware: config.hardware,
    disks,
    firmwareVariables: (await exists(variables)) ? await settleFile(variables) : null,
  };
}

/** A picture of where the guest was is welcome, never worth failing a suspension for. */
async function keepLastFrame({ session, place }: SuspendContext): Promise<void> {
  if (!session.screenshot.available) return;
  try {
    const { O_CREAT, O_TRUNC, O_WRONLY, O_NOFOLLOW } = constants;
    const options = { mode: 0o600, flag: O_CREAT | O_TRUNC | O_WRONLY | O_NOFOLLOW };
    await writeFile(place.bundle.files.lastFrame, await session.screenshot.use(), options);
  } catch {
    // The last frame is decoration: the suspension itself tells whether anything is really wrong.
  }
}

function suspendFailed(name: string, error: unknown): TorporError {
  const cause = toTorporError(error);
  if (cause.code === 'CANCELLED') return cancelled(name);
  if (isGone(cause)) {
    const message = `“${name}” could not be suspended: ${cause.message}`;
    return new TorporError(cause.code, message, { hint: cause.hint, cause });
  }
  const code = cause.code === 'NO_SPACE' ? 'NO_SPACE' : 'SUSPEND_FAILED';
  return new TorporError(code, `“${name}” could not be suspended: ${cause.message}`, {
    hint: `The guest runs on and nothing was lost.${cause.hint === undefined ? '' : ` ${cause.hint}`}`,
    details: cause.details,
    cause,
  });
}

function standsStill(name: string, error: unknown, second: unknown): TorporError {
  const message = `“${name}” could not be suspended: ${textOf(error)} Its guest could not go on either: ${textOf(second)}`;
  return new TorporError('SUSPEND_FAILED', message, {
    hint: 'The guest stands still and holds its memory. Resume it, or stop it with --force.',
    cause: new AggregateError([error, second]),
  });
}

function notEnded(name: string, error: unknown): TorporError {
  const message = `“${name}” was saved, but its virtual machine could not be ended: ${textOf(error)}`;
  return new TorporError('SUSPEND_FAILED', message, {
    hint: 'Suspend it again to end it, or resume it.',
    cause: error,
  });
}

function endedMeanwhile(
  name: string,
  error: unknown,
  second: unknown,
  isSaved: boolean,
): TorporError {
  const { code, hint } = toTorporError(second);
  const cause = new AggregateError([error, second]);
  const why = `${textOf(error)} Its guest has ended meanwhile.`;
  if (!isSaved) {
    return new TorporError(code, `“${name}” could not be suspended: ${why}`, { hint, cause });
  }
  return new TorporError('SUSPEND_FAILED', `“${name}” was saved, but not to last: ${why}`, {
    hint: 'Its state was kept: resume it. The volume may be failing; check it before you trust it with another state.',
    cause,
  });
}

function isGone(error: unknown): boolean {
  const { code } = toTorporError(error);
  return code === 'GUEST_ENDED' || code === 'HYPERVISOR_DISCONNECTED';
}

function textOf(error: unknown): string {
  return toTorporError(error).message;
}

function cancelled(name: string): TorporError {
  return new TorporError('CANCELLED', `Suspending “${name}” was cancelled; the guest runs on.`);
}
