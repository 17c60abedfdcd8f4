import { loadNative } from './native.ts';

/**
 * Whether a person holds a Shift key now. Undefined where nobody can tell: under Wayland, which tells a
 * program of keys only while its window has the focus, and without a display.
 */
export function isShiftHeld(): boolean | undefined {
  return loadNative().isShiftHeld();
}
