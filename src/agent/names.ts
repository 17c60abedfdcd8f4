import { TorporError } from '../core/errors.ts';
import { nameOf } from './find.ts';
import type { Machines } from './machines.ts';

/** Which names are taken, also by machines that are still being made. */
export interface Names {
  /**
   * Runs `work` with `name` kept for it. MACHINE_EXISTS when another machine than `except` (the name
   * of the one that is being renamed) has it, whatever the case of its letters: their folders would
   * be the same on many volumes.
   */
  reserve<T>(name: string, work: () => Promise<T>, except?: string): Promise<T>;
}

export function createNames(machines: Machines): Names {
  const reserved = new Set<string>();
  return {
    async reserve(name, work, except) {
      const key = fold(name);
      const taken = machines
        .all()
        .map(nameOf)
        .filter((other) => other !== except);
      if (reserved.has(key) || taken.some((other) => fold(other) === key)) throw exists(name);
      reserved.add(key);
      try {
        return await work();
      } finally {
        reserved.delete(key);
      }
    },
  };
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function exists(name: string): TorporError {
  return new TorporError('MACHINE_EXISTS', `There is a machine called “${name}” already.`, {
    hint: 'Choose another name.',
  });
}
