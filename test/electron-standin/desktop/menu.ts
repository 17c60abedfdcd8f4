import { EventEmitter } from 'node:events';
import type { MenuItemConstructorOptions } from 'electron';
import { app } from '../app/app.ts';
import { seen } from '../seen.ts';
import { BrowserWindow } from '../windows/browser-window.ts';

type ItemOptions = Omit<MenuItemConstructorOptions, 'submenu' | 'click'> & {
  readonly submenu?: readonly ItemOptions[] | Menu;
  readonly click?: (item: MenuItem, window: BrowserWindow | null, event: object) => void;
};

let lastCommand = 0;

export class MenuItem {
  readonly id: string | undefined;
  readonly type: NonNullable<ItemOptions['type']>;
  readonly role: ItemOptions['role'];
  readonly submenu: Menu | undefined;
  readonly accelerator: ItemOptions['accelerator'];
  readonly sublabel: string;
  readonly toolTip: string;
  readonly icon: ItemOptions['icon'];
  readonly commandId: number;
  label: string;
  enabled: boolean;
  visible: boolean;
  checked: boolean;
  readonly #clicked: ItemOptions['click'];

  constructor(options: ItemOptions) {
    const { submenu } = options;
    lastCommand += 1;
    this.commandId = lastCommand;
    this.id = options.id;
    this.role = options.role;
    this.submenu = Array.isArray(submenu) ? Menu.buildFromTemplate(submenu) : toMenu(submenu);
    this.type = options.type ?? (this.submenu ? 'submenu' : 'normal');
    this.label = options.label ?? options.role ?? '';
    this.accelerator = options.accelerator;
    this.sublabel = options.sublabel ?? '';
    this.toolTip = options.toolTip ?? '';
    this.icon = options.icon;
    this.enabled = options.enabled ?? true;
    this.visible = options.visible ?? true;
    this.checked = options.checked ?? false;
    this.#clicked = options.click;
  }
  /** What a person's click does: nothing when the item is disabled. */
  click(event: object = {}, window: BrowserWindow | null = BrowserWindow.getFocusedWindow()): void {
    if (!this.enabled) return;
    if (this.type === 'checkbox') this.checked = !this.checked;
    if (this.type === 'radio') this.checked = true;
    if (this.role === 'quit') app.quit();
    if (this.role === 'close') window?.close();
    this.#clicked?.(this, window, event);
  }
}

function toMenu(submenu: ItemOptions['submenu']): Menu | undefined {
  return submenu instanceof Menu ? submenu : undefined;
}

export class Menu extends EventEmitter {
  readonly items: MenuItem[] = [];
  static #ofApp: Menu | null = null;

  static buildFromTemplate(template: readonly (ItemOptions | MenuItem)[]): Menu {
    const menu = new Menu();
    for (const item of template) menu.append(item instanceof MenuItem ? item : new MenuItem(item));
    return menu;
  }
  static setApplicationMenu(menu: Menu | null): void {
    Menu.#ofApp = menu;
  }
  static getApplicationMenu = () => Menu.#ofApp;

  append(item: MenuItem): void {
    this.items.push(item);
  }
  insert(position: number, item: MenuItem): void {
    this.items.splice(position, 0, item);
  }
  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (found) return found;
    }
    return null;
  }
  popup(options: { readonly window?: BrowserWindow } = {}): void {
    seen.menus.push({ menu: this, window: options.window ?? BrowserWindow.getFocusedWindow() });
    this.emit('menu-will-show', {});
  }
  closePopup(): void {
    this.emit('menu-will-close', {});
  }
}
