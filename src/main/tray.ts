/** The icon in the menu bar or tray, its menu, and the panel below it: the only import of menubar. */
import { Menu, type MenuItemConstructorOptions } from 'electron';
import { type Menubar, menubar } from 'menubar';
import type { MenuAction, MenuEntry } from './menu.ts';
import { pageUrl } from './pages.ts';
import { securePreferences, secureWindow } from './window-security.ts';
import { followShown } from './windows.ts';

export interface TrayOptions {
  /** The image to begin with. */
  readonly icon: string;
  readonly preload: string;
  readonly onShown: Parameters<typeof followShown>[1];
  readonly act: (action: MenuAction) => void;
}

/** All that the icon shows, as values. */
export interface TrayLook {
  /** The path of the image. */
  readonly icon: string;
  readonly tooltip: string;
  readonly menu: readonly MenuEntry[];
}

export interface TrayIcon {
  readonly bar: Menubar;
  /** The menu as it is now. */
  menu(): Menu;
  /** Opens the panel, or brings it to the front; before the app is ready it waits for that. */
  showPanel(): Promise<void>;
  /** Draws everything that is different from before. Before the app is ready it is only noted. */
  draw(look: TrayLook): void;
}

/** Shows its icon once the app is ready; the panel is loaded ahead, hidden. */
export function createTray({ icon, preload, onShown, act }: TrayOptions): TrayIcon {
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
  let shown: TrayLook | undefined;
  let wanted: TrayLook | undefined;
  let menu = Menu.buildFromTemplate([]);
  let isReady = false;
  const loaded = new Promise<void>((resolve) => bar.once('ready', resolve));

  bar.on('before-load', () => {
    if (!bar.window) return;
    secureWindow(bar.window);
    followShown(bar.window, onShown);
  });
  // Its own `ready` comes when the panel is loaded; the icon and its menu wait for no page.
  bar.once('create-window', () => {
    isReady = true;
    // On macOS a menu that is set would open instead of the panel. A tray on Linux may deliver no click,
    // and shows the menu that is set.
    if (process.platform === 'darwin') {
      bar.tray.on('right-click', () => bar.tray.popUpContextMenu(menu));
    }
    if (wanted !== undefined) draw(wanted);
  });

  function draw(look: TrayLook): void {
    wanted = look;
    if (!isReady) return;
    const { tray } = bar;
    if (shown?.icon !== look.icon) tray.setImage(look.icon);
    if (shown?.tooltip !== look.tooltip) tray.setToolTip(look.tooltip);
    // Setting a menu again would close it under the pointer.
    if (JSON.stringify(shown?.menu) !== JSON.stringify(look.menu)) {
      menu = Menu.buildFromTemplate(look.menu.map((entry) => itemFor(entry, act)));
      if (process.platform !== 'darwin') tray.setContextMenu(menu);
    }
    shown = look;
  }

  return {
    bar,
    menu: () => menu,
    async showPanel() {
      await loaded;
      await bar.showWindow();
    },
    draw,
  };
}

function itemFor(entry: MenuEntry, act: TrayOptions['act']): MenuItemConstructorOptions {
  switch (entry.kind) {
    case 'separator':
      return { type: 'separator' };
    case 'label':
      return { label: entry.label, enabled: false };
    case 'submenu':
      return { label: entry.label, submenu: entry.entries.map((one) => itemFor(one, act)) };
    case 'action':
      return { label: entry.label, click: () => act(entry.action) };
  }
}
