import '../../../src/panel/styles/all.css';
import { afterEach } from 'vitest';
import type { Answers } from './fake-bridge.ts';
import { type Mounted, mount } from './mount.tsx';
import type { Sample } from './views.tsx';

let mounted: Mounted | undefined;

/** Draws a sample for the test that runs now; it is gone when that has finished. */
export async function show(sample: Sample, answers?: Answers): Promise<Mounted> {
  mounted = await mount(sample, answers);
  return mounted;
}

export function setScheme(scheme: 'light' | 'dark'): void {
  document.documentElement.style.colorScheme = scheme;
}

afterEach(() => {
  mounted?.unmount();
  mounted = undefined;
  document.documentElement.style.removeProperty('color-scheme');
});
