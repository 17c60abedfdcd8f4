/**
 * Starts the built main process once and tells how long it took, in milliseconds, from before its bundle is
 * read until the menu of the tray shows the library: bench/app-start.ts USER-DATA MACHINES.
 */
import { tell, withoutWindows } from './without-windows.ts';

const [userData = '', machines = '20'] = process.argv.slice(2);
/** Node, before it has read anything of ours. */
const node = performance.now();
const surface = await withoutWindows(userData);
let evaluated = Number.NaN;
surface.onDrawn(({ items }) => {
  // In a submenu are those beyond the fifteenth.
  const shown = items.filter(({ label }) => label.startsWith('Machine '));
  if (shown.length < Math.min(15, Number(machines))) return;
  tell({
    node: [node],
    evaluated: [evaluated - standin],
    published: [performance.now() - standin],
  });
});
const standin = performance.now();
await import(new URL('../dist/main/index.js', import.meta.url).href);
evaluated = performance.now();
surface.becomeReady();
