/**
 * The tray of a person who uses the stand-in by hand: a terminal, for Chromium draws none.
 */
import { createInterface } from 'node:readline';
import { app } from './app/app.ts';
import type { Menu, MenuItem } from './desktop/menu.ts';
import { seen } from './seen.ts';

const help = 'tray: c = click, m = menu, a number = that menu item, q = quit';

export function startByHand(): void {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => obey(line.trim()));
  lines.on('close', () => app.quit());
  console.log(help);
}

function obey(word: string): void {
  const tray = seen.trays[0];
  if (word === 'q') app.quit();
  else if (word === 'c') tray?.emit('click', {}, tray.getBounds());
  else if (word === 'm') list(shownMenu());
  else if (/^\d+$/.test(word)) entries(shownMenu())[Number(word) - 1]?.click();
  else console.log(help);
}

/** A menu set on the tray, or the one that a right click pops up. */
function shownMenu(): Menu | null {
  const tray = seen.trays[0];
  if (tray?.shown.menu) return tray.shown.menu;
  tray?.emit('right-click', {}, tray.getBounds());
  return seen.menus.at(-1)?.menu ?? null;
}

function entries(menu: Menu | null): MenuItem[] {
  return (menu?.items ?? [])
    .filter((item) => item.visible && item.type !== 'separator')
    .flatMap((item) => [item, ...entries(item.submenu ?? null)]);
}

function list(menu: Menu | null): void {
  for (const [index, item] of entries(menu).entries()) {
    const mark = item.checked ? ' (on)' : item.enabled ? '' : ' (off)';
    console.log(`${String(index + 1).padStart(3)}  ${item.label}${mark}`);
  }
}
