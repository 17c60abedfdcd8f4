import { chmod, rename, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Place, SaveOptions } from '../../core/driver.ts';
import { type Problem, TorporError } from '../../core/errors.ts';
import type { Host } from '../../core/host.ts';
import { digestFile } from '../../core/saved-state/fingerprint.ts';
import { damaged } from '../../core/saved-state/fit.ts';
import type { Manifest, SavedFile } from '../../core/saved-state/manifest.ts';
import { textOf } from './errors.ts';
import { watchGrowth } from './growth.ts';
import type { HostFacts, MachineDescription, VzNative } from './native-interface.ts';
import type { Vm } from './vm.ts';

export interface SaveInput {
  readonly native: VzNative;
  readonly host: Pick<Host, 'space' | 'flush'>;
  readonly place: Place;
  readonly vm: Vm;
  readonly options: SaveOptions;
}

/** What a state holds beside memory: devices, displays, the framework’s own records. */
const besideMemoryBytes = 64 * 1024 * 1024;

/** Why a machine of this description cannot be saved here; undefined when it can. Names the device. */
export function saveBlocker(
  native: VzNative,
  facts: HostFacts,
  description: MachineDescription,
): Problem | undefined {
  if (!facts.canSave) {
    return {
      code: 'CAPABILITY_MISSING',
      message: 'This Mac cannot save virtual machines: that needs Apple silicon and macOS 14.',
      hint: 'Stop the machine instead.',
    };
  }
  const failure = native.validateSaveRestore(description);
  if (failure === null) return undefined;
  return {
    code: 'CAPABILITY_MISSING',
    message: `This machine cannot be suspended: ${textOf(failure)}`,
    hint: 'Give it the profile “suspendable”, or remove the device that is named, while it is stopped.',
  };
}

/**
 * Writes the state of the paused machine into stream.state, on the medium and read back when this
 * returns. The framework cannot be interrupted, so a cancelled save ends when the file is written.
 * On failure no file is left.
 */
export async function saveState(input: SaveInput): Promise<SavedFile> {
  const { native, host, place, vm, options } = input;
  const { signal, onProgress } = options;
  const target = place.bundle.files.streamState;
  const staged = `${target}.staged`;
  const memoryBytes = vm.description.memoryBytes;
  await rm(staged, { force: true });
  onProgress?.({ done: 0, total: memoryBytes });
  const stop = watchGrowth(staged, memoryBytes, (amount) => onProgress?.(amount));
  try {
    await vm.attempt('saved', (handle) => native.save(handle, staged));
    stop();
    await chmod(staged, 0o600);
    await host.flush(staged, { signal });
    const bytes = (await stat(staged)).size;
    const sha256 = await digestFile(staged, signal);
    await rename(staged, target);
    onProgress?.({ done: bytes, total: bytes });
    return { name: basename(target), bytes, sha256 };
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  } finally {
    stop();
  }
}

/** Throws NO_SPACE unless memory would fit whole; the framework leaves zeros out, but says nothing before. */
export async function assertRoom({ host, place, vm }: Omit<SaveInput, 'options'>): Promise<void> {
  const needed = vm.description.memoryBytes + besideMemoryBytes;
  const { available } = await host.space(place.bundle.files.state);
  if (available >= needed) return;
  throw new TorporError('NO_SPACE', 'There is no room for the saved state.', {
    hint: `Free ${Math.ceil((needed - available) / 1024 / 1024)} MiB on the library’s volume. The guest runs on.`,
    details: { neededBytes: needed, availableBytes: available, missingBytes: needed - available },
  });
}

/** Throws STATE_DAMAGED unless the file is to the byte what was saved; the framework would not say. */
export async function assertUnchanged(
  { bundle }: Place,
  { files }: Manifest,
  signal: AbortSignal | undefined,
): Promise<void> {
  const path = bundle.files.streamState;
  const [file] = files;
  if (file === undefined) throw damaged(path, 'it is not recorded');
  if ((await digestFile(path, signal)) !== file.sha256) {
    throw damaged(path, 'its contents have changed');
  }
}
