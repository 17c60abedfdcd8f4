import type { Driver, Place, Session } from '../../core/driver.ts';
import { type Problem, TorporError, toProblem } from '../../core/errors.ts';
import type { Host } from '../../core/host.ts';
import type { Manifest } from '../../core/saved-state/manifest.ts';
import { lacks } from './adjust.ts';
import { availabilityOf, factLines } from './availability.ts';
import { openAccess, rememberAccess } from './bookmarks.ts';
import { assertRaw, createRawDisk } from './disk.ts';
import { explainRestore } from './errors.ts';
import { prepareFirmware } from './firmware.ts';
import { assertNoGuest, guestsOf, holdGuest } from './guest.ts';
import { installMacos } from './install.ts';
import type { HostFacts, VzNative } from './native-interface.ts';
import { planHardware, renewHardware } from './plan.ts';
import { howItEnded } from './record.ts';
import { assertUnchanged, saveBlocker } from './save.ts';
import { createSession } from './session.ts';
import { openVm, type Vm } from './vm.ts';
import { englishWords, type WindowWords } from './window.ts';

export interface VzDriverOptions {
  readonly host: Pick<Host, 'space' | 'flush'>;
  /** The native part, or why there is none here. Asked when it is first needed. */
  readonly native: () => VzNative | Problem;
  /** What windows say; English unless given. Asked each time, since the language can change. */
  readonly words?: () => WindowWords;
  readonly onError: (error: unknown) => void;
}

/** The driver for Apple's Virtualization framework. docs/native.md tells of its native part. */
export function createVzDriver(options: VzDriverOptions): Driver {
  const { host, native: load, words = () => englishWords, onError } = options;

  function ready(): { native: VzNative; facts: HostFacts } {
    const native = load();
    if ('code' in native) throw new TorporError(native.code, native.message, native);
    const facts = native.hostFacts();
    const problem = availabilityOf(facts);
    if (problem !== undefined) throw new TorporError(problem.code, problem.message, problem);
    return { native, facts };
  }

  async function hold(native: VzNative, facts: HostFacts, place: Place, vm: Vm): Promise<Session> {
    const guest = await holdGuest({ native, place, vm, onError });
    return createSession({ native, host, facts, place, guest, words, onError });
  }

  return {
    id: 'vz',
    displayName: 'Apple Virtualization',

    async availability() {
      try {
        const { facts } = ready();
        return { available: true, version: facts.osVersion, facts: factLines(facts) };
      } catch (error) {
        const problem = toProblem(error);
        const text = problem.message;
        return {
          available: false,
          problem,
          facts: [{ subject: 'Framework', verdict: 'bad', text }],
        };
      }
    },

    async plan(wish) {
      const { native, facts } = ready();
      return planHardware(native, facts, wish);
    },

    async renew(hardware) {
      return renewHardware(ready().native, hardware);
    },

    async createDisk(path, format, bytes) {
      assertRaw(format);
      await createRawDisk(path, bytes);
    },

    async prepare(staged, hardware) {
      const { native, facts } = ready();
      const machine = { name: 'The new machine', hardware };
      await prepareFirmware(native, facts, staged, machine);
      await rememberAccess(native, facts, staged, machine);
    },

    async start(place, { signal }) {
      const { native, facts } = ready();
      assertNoGuest(native, place);
      signal?.throwIfAborted();
      const vm = await openVm(native, facts, place);
      try {
        await vm.attempt('started', (handle) => native.start(handle, { recovery: false }));
        signal?.throwIfAborted();
        return await hold(native, facts, place, vm);
      } catch (error) {
        await vm.discard();
        throw error;
      }
    },

    async restore(place, manifest, { signal, onProgress }) {
      const { native, facts } = ready();
      assertNoGuest(native, place);
      const bytes = manifest.files[0]?.bytes ?? 0;
      onProgress?.({ done: 0, total: bytes });
      await assertUnchanged(place, manifest, signal);
      const vm = await openVm(native, facts, place);
      try {
        assertCanBeRestored(native, facts, vm);
        await loadState(native, place, manifest, vm);
        signal?.throwIfAborted();
        onProgress?.({ done: bytes, total: bytes });
        return await hold(native, facts, place, vm);
      } catch (error) {
        await vm.discard();
        throw error;
      }
    },

    async adopt(place) {
      const native = load();
      const guest = 'code' in native ? undefined : guestsOf(native).get(place.config.id);
      if (guest === undefined || 'code' in native) {
        // The record stays: until the machine starts again, it is what is known of its last guest.
        const problem = await howItEnded(place);
        return problem === undefined ? { found: 'nothing' } : { found: 'ended', problem };
      }
      const session = createSession({
        ...{ native, host, place, guest, words, onError },
        facts: native.hostFacts(),
      });
      return { found: 'session', session, shouldRun: !guest.pausedByPerson };
    },

    async installMacos(place, options) {
      const { native, facts } = ready();
      await installMacos(native, facts, place, options);
    },

    async reach({ bundle, config }) {
      const native = load();
      // Without the native part nothing is sandboxed.
      if ('code' in native) return () => {};
      return openAccess(native, native.hostFacts(), bundle, config);
    },

    lacks,
  };
}

/** Asked before the framework is, because its own error for it does not name the device. */
function assertCanBeRestored(native: VzNative, facts: HostFacts, vm: Vm): void {
  const blocker = saveBlocker(native, facts, vm.description);
  if (blocker !== undefined) throw new TorporError(blocker.code, blocker.message, blocker);
}

/** Into a stopped, fresh VM, which is paused afterwards. */
async function loadState(native: VzNative, place: Place, { hypervisor }: Manifest, vm: Vm) {
  const path = place.bundle.files.streamState;
  await vm.attempt(
    'restored',
    (handle) => native.restore(handle, path),
    (error, circumstances) => explainRestore(error, circumstances, hypervisor),
  );
}
