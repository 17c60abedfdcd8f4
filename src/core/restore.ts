import type { Amount, Driver, Place, Session } from './driver.ts';
import { TorporError, toTorporError } from './errors.ts';
import { faultPoint } from './fault-point.ts';
import type { Bundle } from './library/bundle.ts';
import { withReach } from './reach.ts';
import { consume, finish, loadManifest, restoreConsumed } from './saved-state/files.ts';
import type { HostIdentity } from './saved-state/fit.ts';
import { expectTouched, stampMemory } from './saved-state/memory-stamp.ts';
import { assertResumable } from './saved-state/resumable.ts';

export interface RestoreContext {
  readonly place: Place;
  readonly driver: Driver;
  readonly identity: HostIdentity;
  /** For what fails beside the restore, which goes on or fails for another reason. */
  readonly onError: (error: unknown) => void;
}

export interface RestoreOptions {
  readonly onProgress?: ((progress: Amount) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings the guest back from its saved state and makes it run. The state is consumed at one moment:
 * after everything was loaded and checked, just before the guest's first new instruction.
 *
 * Throws STATE_DAMAGED or STATE_DOES_NOT_FIT before anything is touched, CANCELLED, and otherwise what
 * the driver throws. Whatever it throws, nothing runs and the state is whole and can be resumed.
 */
export async function restore(context: RestoreContext, options: RestoreOptions): Promise<Session> {
  const { place, driver, identity, onError } = context;
  const manifest = await loadManifest(place.bundle);
  await withReach(driver, place, () =>
    assertResumable(manifest, place.bundle, place.config, identity, options.signal),
  );
  await faultPoint('restore.checked');
  // Preparing the memory file changes its time.
  await expectTouched(place.bundle, manifest);
  let session: Session;
  try {
    await faultPoint('restore.expected');
    session = await driver.restore(place, manifest, options);
  } catch (error) {
    await stampMemory(place.bundle, manifest).catch(onError);
    throw restoreFailed(place.config.name, error);
  }
  try {
    await faultPoint('restore.loaded');
    options.signal?.throwIfAborted();
    await goOn(place.bundle, session);
  } catch (error) {
    await session.end().catch(onError);
    await stampMemory(place.bundle, manifest).catch(onError);
    throw restoreFailed(place.config.name, error);
  }
  // The guest runs: what cannot be removed now costs room until the next suspension, no more.
  await finish(place.bundle, manifest).catch(onError);
  return session;
}

/** Consumes the saved state and makes its guest, which is loaded and stands, go on. When that fails the state is whole. */
export async function goOn(bundle: Bundle, session: Pick<Session, 'resume'>): Promise<void> {
  try {
    await consume(bundle);
    await faultPoint('consume.renamed');
    await session.resume();
  } catch (error) {
    await restoreConsumed(bundle);
    throw error;
  }
}

const kept = 'The saved state was kept and can be resumed.';

function restoreFailed(name: string, error: unknown): TorporError {
  const cause = toTorporError(error);
  if (cause.code === 'CANCELLED') {
    return new TorporError('CANCELLED', `Resuming “${name}” was cancelled. ${kept}`);
  }
  const code =
    cause.code === 'INTERNAL' || cause.code === 'HYPERVISOR_FAILED' ? 'RESUME_FAILED' : cause.code;
  return new TorporError(code, `“${name}” could not be resumed: ${cause.message}`, {
    hint: cause.hint === undefined ? kept : `${kept} ${cause.hint}`,
    details: cause.details,
    cause,
  });
}
