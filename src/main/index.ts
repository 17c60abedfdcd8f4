/** The composition root of the app: this computer, its drivers, and the agent of one library in this process. */
import path from 'node:path';
import { app, systemPreferences } from 'electron';
import { cacheDirectory } from '../agent/cache-directory.ts';
import { hostIdentity } from '../agent/identity.ts';
import { openLog } from '../agent/log.ts';
import { createDrivers, createLibraryAccess } from '../drivers/index.ts';
import { createHost } from '../storage/host.ts';
import { isShiftHeld } from '../storage/keyboard.ts';
import { openLink } from './agent-link.ts';
import { runApp } from './app.ts';

if (app.requestSingleInstanceLock()) {
  const access = createLibraryAccess(path.join(app.getPath('userData'), 'library-access.json'));
  runApp({
    rememberLibrary: access.remember,
    async openLink({ library, concurrency, restoreOnLaunch, words }) {
      // Before anything reads there.
      await access.open(library);
      const host = createHost();
      const drivers = createDrivers({
        host,
        settings: {
          cacheDirectory: cacheDirectory(),
          configuredPath: process.env.TORPOR_QEMU || undefined,
        },
        words,
        // No operation waits for these.
        onError: (error) => console.error(error),
      });
      return openLink({
        library,
        drivers,
        host,
        identity: await hostIdentity(),
        openLog: (path) => openLog(path),
        restoreOnLaunch,
        ...(concurrency === null ? {} : { concurrency }),
      });
    },
    isShiftHeld: () => isShiftHeld() === true,
    keepsWindows: () =>
      process.platform === 'darwin'
        ? String(systemPreferences.getUserDefault('NSQuitAlwaysKeepsWindows', 'string') ?? '')
        : '',
  });
} else {
  app.quit();
}
