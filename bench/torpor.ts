import type { StateMode } from '../src/core/config.ts';
import { realMachine } from '../test/support/real-machine.ts';
import type { Technique } from './technique.ts';

/** Torpor itself, through the Machine that the agent uses. */
export function torpor(stateMode: StateMode): Technique {
  return {
    name: `Torpor ${stateMode}`,
    async boot(memoryMiB) {
      const real = await realMachine({ memoryMiB, policy: { stateMode } });
      await real.machine.start();
      return {
        console: () => real.console(),
        suspend: () => real.machine.suspend('user'),
        resume: () => real.machine.restore(),
        stateBytes: async () => real.machine.savedState?.bytes ?? 0,
        dispose: () => real.dispose(),
      };
    },
  };
}
