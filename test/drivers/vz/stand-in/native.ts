import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tinyPng } from '../../../../src/drivers/memory/png.ts';
import type {
  Handle,
  MachineDescription,
  MachineEvent,
  VzNative,
  WindowOptions,
} from '../../../../src/drivers/vz/native-interface.ts';
import { cocoa, exception, nativeError, vzFailure } from './failures.ts';
import { loadImage, sampleImage } from './images.ts';
import { createInstaller, type Installer } from './installer.ts';
import type { Mac } from './mac.ts';
import { createMachine, type StandInMachine } from './machine.ts';
import { validate, validateSaveRestore } from './rules.ts';

/** The native part without macOS, for tests: it behaves as Apple’s framework is documented to. */
export function createStandIn(mac: Mac): VzNative {
  const machines = new Map<Handle, StandInMachine>();
  const installers = new Map<Handle, Installer>();
  let lastHandle = 0;

  function machineOf(handle: Handle): StandInMachine {
    const machine = machines.get(handle);
    if (machine === undefined) throw nativeError(exception(`There is no machine ${handle}.`));
    return machine;
  }

  return {
    hostFacts: () => mac.facts,

    createBookmark(path) {
      const isOpen = [...mac.openBookmarks.values()].includes(path);
      if (mac.refusedFiles.has(path) || (mac.unchosenFiles.has(path) && !isOpen)) {
        throw nativeError(cocoa(256, 'Could not open() the item: Operation not permitted'));
      }
      mac.passNow('createBookmark');
      mac.staleFiles.delete(path);
      return Buffer.from(path).toString('base64');
    },
    openBookmark(bookmark) {
      const was = Buffer.from(bookmark, 'base64').toString();
      if (was === '' || mac.refusedFiles.has(was)) {
        throw nativeError(cocoa(259, 'The file couldn’t be opened.'));
      }
      const path = mac.movedFiles.get(was) ?? was;
      lastHandle += 1;
      mac.openBookmarks.set(lastHandle, path);
      return { access: lastHandle, path, isStale: path !== was || mac.staleFiles.has(path) };
    },
    closeBookmark: (access) => void mac.openBookmarks.delete(access),

    createMacIdentifier: () => identifier('mac'),
    createGenericIdentifier: () => identifier('generic'),
    createMacAddress: () =>
      ['02', ...[...randomBytes(5)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':'),

    createEfiVariables: (path) => createFile(path, 'efi'),
    createAuxiliaryStorage(path, hardwareModel) {
      mac.passNow('createAuxiliaryStorage');
      createFile(path, `aux ${hardwareModel}`);
    },

    loadRestoreImage: (path) => loadImage(path),
    latestRestoreImage: async () => ({
      ...sampleImage,
      url: 'https://example.com/UniversalMac.ipsw',
    }),

    validate: (description) => validate(mac, asPlainData(description)),
    validateSaveRestore: (description) => validateSaveRestore(mac, asPlainData(description)),

    async open(description, onEvent) {
      await mac.pass('open');
      const plain = asPlainData(description);
      if (validate(mac, plain) !== null) throw nativeError(exception('Invalid configuration.'));
      lastHandle += 1;
      machines.set(
        lastHandle,
        createMachine(mac, plain, (event) => onEvent(copy(event))),
      );
      return lastHandle;
    },

    start: async (handle) => machineOf(handle).start(),
    pause: async (handle) => machineOf(handle).pause(),
    resume: async (handle) => machineOf(handle).resume(),
    requestStop: async (handle) => machineOf(handle).requestStop(),
    stop: async (handle) => machineOf(handle).stop(),
    save: async (handle, path) => machineOf(handle).save(path),
    restore: async (handle, path) => machineOf(handle).restore(path),

    async install(handle, image, onProgress) {
      if (installers.has(handle)) throw nativeError(exception('It is installed already.'));
      const installer = createInstaller(mac, machineOf(handle), image, onProgress);
      installers.set(handle, installer);
      await installer.run();
    },
    cancelInstall: (handle) => installers.get(handle)?.cancel() ?? false,

    writeConsole: (handle, bytes) => machineOf(handle).write(bytes),
    reconnectNetwork: async (handle) => machineOf(handle).reconnect(),
    setMemoryTarget: async (handle, bytes) => machineOf(handle).setMemoryTarget(bytes),
    setDisplaySize: async (handle, width, height) =>
      machineOf(handle).setDisplaySize(width, height),

    openWindow: (handle, options) => machineOf(handle).openWindow(asPlainData(options)),
    configureWindow(handle, options) {
      const machine = machineOf(handle);
      if (machine.hasWindow) machine.openWindow(asPlainData(options));
    },
    closeWindow: (handle) => machineOf(handle).closeWindow(),
    async screenshot(handle) {
      const machine = machineOf(handle);
      await mac.pass('screenshot');
      return machine.hasWindow ? tinyPng.slice() : null;
    },

    release(handle) {
      machines.get(handle)?.release();
      machines.delete(handle);
      installers.delete(handle);
    },
  };
}

/** Only plain data crosses the border: whatever JSON drops would be lost there too. */
function asPlainData<T extends MachineDescription | WindowOptions>(description: T): T {
  return JSON.parse(JSON.stringify(description));
}

function copy(event: MachineEvent): MachineEvent {
  return structuredClone(event);
}

function identifier(kind: 'mac' | 'generic'): string {
  return Buffer.from(`${kind}:${randomBytes(8).toString('hex')}`).toString('base64');
}

function createFile(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    const description = error instanceof Error ? error.message : 'It exists.';
    const posix = { domain: 'NSPOSIXErrorDomain', code: 17, description, reason: null };
    throw nativeError(vzFailure(2, 'The file cannot be created.', [{ ...posix, underlying: [] }]));
  }
}
