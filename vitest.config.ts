import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { findChromium } from './test/electron-standin/chromium/chromium.ts';
import { chromiumFlags } from './test/support/chromium.ts';

const standin = (name: string) =>
  fileURLToPath(new URL(`test/electron-standin/${name}`, import.meta.url));

/**
 * `unit` never starts a hypervisor and takes seconds. `guest` runs real QEMU guests, one file at a
 * time: two guests under software emulation on two cores would time each other out. `e2e` launches the
 * built app (`npm run build` first) in Electron, or in its stand-in where there is no Electron. `panel`
 * draws the pages in the system's Chromium.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.guest.test.ts', 'test/**/*.e2e.test.ts'],
          testTimeout: 20_000,
          // `electron` is its stand-in, one and the same for what vite transforms and what Node loads
          // by itself, as menubar and electron-store. The real one would begin a download.
          alias: { electron: standin('electron.ts') },
          execArgv: ['--import', standin('resolve.mjs')],
          server: { deps: { external: [/\/test\/electron-standin\/(?!.*\.test\.ts$)/] } },
        },
      },
      {
        test: {
          name: 'guest',
          include: ['test/**/*.guest.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
        optimizeDeps: {
          include: ['preact', 'preact/hooks', 'preact/jsx-dev-runtime', 'preact/test-utils'],
          exclude: ['@novnc/novnc'],
        },
        test: {
          name: 'panel',
          include: ['test/panel/**/*.browser.test.tsx'],
          testTimeout: 20_000,
          fileParallelism: false,
          api: { host: '127.0.0.1' },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            viewport: { width: 380, height: 560 },
            instances: [{ browser: 'chromium' }],
            provider: playwright({
              launchOptions: { executablePath: chromiumPath(), args: chromiumFlags },
              contextOptions: { reducedMotion: 'reduce' },
            }),
          },
        },
      },
    ],
  },
});

/** Without a browser the other projects still run; this one then says what it lacks. */
function chromiumPath(): string {
  try {
    return findChromium();
  } catch {
    return 'chromium';
  }
}
