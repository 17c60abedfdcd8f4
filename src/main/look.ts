/** How the tray looks now: everything it shows, from everything that is known. */
import path from 'node:path';
import { nativeTheme } from 'electron';
import { type Icon, iconFile, iconFor, tooltipFor } from './icon.ts';
import { type MenuInput, menuFor } from './menu.ts';
import type { TrayLook } from './tray.ts';

/** The path of an icon for this desktop as it is now; `root` is the app's folder. */
export function iconPath(root: string, icon: Icon): string {
  const file = iconFile(icon, {
    platform: process.platform,
    desktop: process.env.XDG_CURRENT_DESKTOP ?? '',
    isDark: nativeTheme.shouldUseDarkColors,
  });
  return path.join(root, 'assets', 'icons', file);
}

export function trayLook(root: string, known: MenuInput): TrayLook {
  return {
    icon: iconPath(root, iconFor(known)),
    tooltip: tooltipFor(known, known.text),
    menu: menuFor(known),
  };
}
