import { defineConfig } from 'vitest/config';

/**
 * `unit` never starts a hypervisor and takes seconds. `guest` runs real QEMU guests, one file at a
 * time: two guests under software emulation on two cores would time each other out. `e2e` launches the
 * built app (`npm run build` first) in Electron, or in its stand-in where there is no Electron.
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
        },
      },
      {
        test: {
          name: 'guest',
          include: ['test/**/*.guest.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
