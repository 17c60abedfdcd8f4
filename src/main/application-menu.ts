/** The menu bar of macOS: without it no window there can copy, paste or be closed by keys. */
import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { WindowRequest } from '../contract/app.ts';
import type { Text } from './text/text.ts';

/** What it does beside what the system does for it. */
export type OpenWindow = (request: WindowRequest) => void;

/** Elsewhere windows have no menu bar, and their keys need none. */
export function setApplicationMenu(text: Text, open: OpenWindow): void {
  const template = process.platform === 'darwin' ? applicationMenu(text, open) : null;
  Menu.setApplicationMenu(template && Menu.buildFromTemplate([...template]));
}

/** Words of the catalogue, for Electron has only English ones. */
export function applicationMenu(
  { bar }: Text,
  open: OpenWindow,
): readonly MenuItemConstructorOptions[] {
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  return [
    {
      label: 'Torpor',
      submenu: [
        { label: bar.about, click: () => open({ window: 'about' }) },
        separator,
        {
          label: bar.settings,
          accelerator: 'Command+,',
          click: () => open({ window: 'settings' }),
        },
        separator,
        { role: 'hide', label: bar.hide },
        { role: 'hideOthers', label: bar.hideOthers },
        { role: 'unhide', label: bar.showAll },
        separator,
        { role: 'quit', label: bar.quit },
      ],
    },
    {
      label: bar.edit,
      submenu: [
        { role: 'undo', label: bar.undo },
        { role: 'redo', label: bar.redo },
        separator,
        { role: 'cut', label: bar.cut },
        { role: 'copy', label: bar.copy },
        { role: 'paste', label: bar.paste },
        { role: 'selectAll', label: bar.selectAll },
      ],
    },
    {
      label: bar.window,
      submenu: [
        { role: 'minimize', label: bar.minimize },
        { role: 'close', label: bar.close },
        { role: 'togglefullscreen', label: bar.fullScreen },
      ],
    },
  ];
}
