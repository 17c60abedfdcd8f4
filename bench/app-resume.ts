/**
 * Clicks in the menu of the tray and tells, in milliseconds, how soon the icon is busy, how long it takes
 * until the menu shows a guest that runs, and how much of that the driver needed:
 * bench/app-resume.ts USER-DATA CLICKS. The library is TORPOR_LIBRARY.
 */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hostIdentity } from '../src/agent/identity.ts';
import type { Driver, Session } from '../src/core/driver.ts';
import { createQemuDriver } from '../src/drivers/qemu/driver.ts';
import { createHost } from '../src/storage/host.ts';
import { countingMachine } from '../test/support/boot-sector.ts';
import { type Item, tell, withoutWindows } from './without-windows.ts';

const [userData = '', clicks = '5'] = process.argv.slice(2);
const surface = await withoutWindows(userData);
const { openLink } = await import('../src/main/agent-link.ts');
const { runApp } = await import('../src/main/app.ts');

let driverTook = 0;
async function timed<T>(work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const done = await work();
  driverTook += performance.now() - began;
  return done;
}

/** Bringing a guest back is loading it and letting it go on; what lies between is not the driver's. */
function timedDriver(driver: Driver): Driver {
  return {
    ...driver,
    async restore(place, manifest, options) {
      const session = await timed(() => driver.restore(place, manifest, options));
      const { resume } = session;
      const timedResume: Session['resume'] = () => timed(() => Reflect.apply(resume, session, []));
      return Object.assign(session, { resume: timedResume });
    },
  };
}

const host = createHost();
const drivers = new Map([
  [
    'qemu' as const,
    timedDriver(
      createQemuDriver({
        host,
        settings: { cacheDirectory: path.join(userData, 'cache') },
        onError: (error) => console.error(error),
      }),
    ),
  ],
]);

let items: readonly Item[] = [];
let image = '';
let wake = (): void => {};
surface.onDrawn((now) => {
  ({ items, image } = now);
  wake();
});

/** When the tray looked so. */
async function until(isSo: () => boolean): Promise<number> {
  while (!isSo()) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  return performance.now();
}

const clicked = (): Item | undefined => items.find(({ label }) => label.startsWith('Clicked '));
const isNow = (words: string) => () => clicked()?.label.startsWith(`Clicked · ${words}`) === true;
const isBusy = (): boolean => image.includes('busy');

const link = Promise.withResolvers<Awaited<ReturnType<typeof openLink>>>();
runApp({
  async openLink({ library }) {
    const opened = await openLink({
      library,
      drivers,
      host,
      identity: await hostIdentity(),
      restoreOnLaunch: false,
    });
    link.resolve(opened);
    return opened;
  },
  rememberLibrary: async () => {},
  isShiftHeld: () => false,
  keepsWindows: () => '',
});
surface.becomeReady();

const { request } = await link.promise;
await request('machine.create', countingMachine(userData, 'Clicked'));
await request('machine.start', { machine: 'Clicked', cold: false });
while ((await request('machine.show', { machine: 'Clicked' })).consoleTail === '') await delay(50);

const busy: number[] = [];
const running: number[] = [];
const driver: number[] = [];
for (let click = 0; click < Number(clicks); click++) {
  await until(isNow('running'));
  await until(() => !isBusy());
  let began = performance.now();
  clicked()?.click();
  busy.push((await until(isBusy)) - began);
  await until(isNow('suspended'));
  await until(() => !isBusy());
  driverTook = 0;
  began = performance.now();
  clicked()?.click();
  busy.push((await until(isBusy)) - began);
  running.push((await until(isNow('running'))) - began);
  driver.push(driverTook);
}
await request('machine.suspend', { machine: 'Clicked', reason: 'user' });
tell({ busy, running, driver, beyond: running.map((all, index) => all - (driver[index] ?? 0)) });
