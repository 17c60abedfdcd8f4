import { exception, nativeError, vzFailure } from './failures.ts';
import { loadImage } from './images.ts';
import type { Mac } from './mac.ts';
import type { StandInMachine } from './machine.ts';

const steps = 10;

export interface Installer {
  run(): Promise<void>;
  cancel(): boolean;
}

/** VZMacOSInstaller: progress from 0 to 1, then the machine shuts down by itself. */
export function createInstaller(
  mac: Mac,
  machine: StandInMachine,
  path: string,
  onProgress: (fraction: number) => void,
): Installer {
  let runs = false;
  let isCancelled = false;
  return {
    async run() {
      if (machine.description.platform.kind !== 'mac') {
        throw nativeError(exception('Only macOS guests can be installed.'));
      }
      await loadImage(path);
      await mac.pass('beginInstall');
      machine.beginInstall();
      runs = true;
      try {
        for (let step = 0; step <= steps; step++) {
          onProgress(step / steps);
          await new Promise((resolve) => setImmediate(resolve));
          if (isCancelled) throw nativeError(vzFailure(9, 'The installation was cancelled.'));
          if (step === steps / 2) await mac.pass('install');
        }
      } finally {
        runs = false;
        machine.endInstall();
      }
    },
    cancel() {
      if (!runs) return false;
      isCancelled = true;
      return true;
    },
  };
}
