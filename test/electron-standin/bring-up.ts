import { app } from './app/app.ts';
import { startByHand } from './by-hand.ts';
import { startChromium } from './chromium/chromium.ts';
import { provideBrowser } from './chromium/running.ts';
import { isHeaded, started } from './start.ts';

const released = Promise.withResolvers<void>();

/** Playwright evaluates this once it is attached; Electron's loader of Playwright defines the same. */
declare global {
  var __playwright_run: (() => void) | undefined;
}
globalThis.__playwright_run = () => released.resolve();

/** After the app's own main has run: the browser, then `ready`. */
export async function bringUp(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => app.quit());
  app.emit('will-finish-launching');
  const chromium = await startChromium({
    userData: app.getPath('userData'),
    headed: isHeaded,
    scale: Number(process.env.ELECTRON_STANDIN_SCALE ?? 1),
  });
  await chromium.devTools.send('Target.setDiscoverTargets', { discover: true });
  chromium.devTools.onClosed(() => app.exit(1));
  provideBrowser(chromium);
  process.stderr.write(`${chromium.line}\n`);
  if (started().held) await released.promise;
  app.becomeReady();
  if (isHeaded) startByHand();
}
