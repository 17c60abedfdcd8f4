import type { Chromium } from './chromium.ts';
import type { DevTools } from './devtools.ts';

const running = Promise.withResolvers<Chromium>();
let started: Chromium | undefined;

/** The browser, as soon as it runs. Windows may be made before. */
export async function browser(): Promise<DevTools> {
  return (await running.promise).devTools;
}

export function provideBrowser(chromium: Chromium): void {
  started = chromium;
  running.resolve(chromium);
}

export async function stopBrowser(): Promise<void> {
  await started?.stop();
}
