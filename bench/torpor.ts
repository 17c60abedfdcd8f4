import type { StateMode } from '../src/core/config.ts';
import { setFaultHandler } from '../src/core/fault-point.ts';
import { realMachine } from '../test/support/real-machine.ts';
import type { Technique } from './technique.ts';

/** Torpor itself, through the Machine that the agent uses. */
export function torpor(stateMode: StateMode): Technique {
  return {
    name: `Torpor, ${stateMode}`,
    missing: async () => undefined,
    async boot(memoryMiB) {
      const real = await realMachine({ memoryMiB, policy: { stateMode } });
      await real.machine.start();
      return {
        console: () => real.console(),
        async suspend() {
          let safeAt = 0;
          setFaultHandler(async (point) => {
            if (point === 'suspend.committed') safeAt = performance.now();
          });
          try {
            await real.machine.suspend('user');
          } finally {
            setFaultHandler(undefined);
          }
          return safeAt;
        },
        resume: () => real.machine.restore(),
        stateBytes: async () => real.machine.savedState?.bytes ?? 0,
        dispose: () => real.dispose(),
      };
    },
  };
}
