import type { Bridge } from '../contract/bridge.ts';

declare global {
  interface Window {
    /** What src/preload exposes. */
    readonly torpor: Bridge;
  }
}
