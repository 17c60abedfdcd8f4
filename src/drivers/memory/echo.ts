import type { Console } from '../../core/driver.ts';

/** A serial console whose guest types back what it is sent, while it runs. */
export function createEcho(runs: () => boolean): Console {
  const listeners = new Set<(bytes: Uint8Array) => void>();
  return {
    write(bytes) {
      if (!runs()) return;
      const copy = bytes.slice();
      setImmediate(() => {
        for (const listener of listeners) listener(copy);
      });
    },
    onData(listener) {
      const own = (bytes: Uint8Array): void => listener(bytes);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
  };
}
