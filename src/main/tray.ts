/** The icon in the menu bar or tray and the panel below it: the only import of menubar. */
import { type Menubar, menubar } from 'menubar';
import { pageUrl } from './pages.ts';
import { securePreferences, secureWindow } from './window-security.ts';

export interface TrayFiles {
  readonly icon: string;
  readonly preload: string;
}

/** Shows its icon once the app is ready; the panel is loaded ahead, hidden. */
export function createTray({ icon, preload }: TrayFiles): Menubar {
  const bar = menubar({
    index: pageUrl('panel'),
    icon,
    tooltip: 'Torpor',
    preloadWindow: true,
    showDockIcon: false,
    browserWindow: {
      width: 360,
      height: 480,
      resizable: false,
      fullscreenable: false,
      webPreferences: securePreferences(preload),
    },
  });
  bar.on('before-load', () => {
    if (bar.window) secureWindow(bar.window);
  });
  return bar;
}
