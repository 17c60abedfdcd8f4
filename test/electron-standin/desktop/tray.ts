import { EventEmitter } from 'node:events';
import { app } from '../app/app.ts';
import { seen } from '../seen.ts';
import type { Menu } from './menu.ts';
import { type NativeImage, toImage } from './native-image.ts';
import { screen } from './screen.ts';

/** The icon and what it shows; a test clicks it with `emit('click', event, bounds)`. */
export class Tray extends EventEmitter {
  /** Not Electron's: what is shown now. */
  readonly shown: {
    image: NativeImage;
    title: string;
    tooltip: string;
    menu: Menu | null;
  };
  #isDestroyed = false;

  constructor(image: NativeImage | string) {
    super();
    if (!app.isReady()) throw new Error('Cannot create Tray before app is ready');
    this.shown = { image: toImage(image), title: '', tooltip: '', menu: null };
    seen.trays.push(this);
  }
  setImage(image: NativeImage | string): void {
    this.shown.image = toImage(image);
  }
  setPressedImage(): void {}
  setTitle(title: string): void {
    this.shown.title = title;
  }
  getTitle = () => this.shown.title;
  setToolTip(tooltip: string): void {
    this.shown.tooltip = tooltip;
  }
  setContextMenu(menu: Menu | null): void {
    this.shown.menu = menu;
  }
  popUpContextMenu(menu: Menu | null = this.shown.menu): void {
    menu?.popup();
  }
  closeContextMenu(): void {}
  setIgnoreDoubleClickEvents(): void {}
  focus(): void {}
  /** Nothing on Linux, as in Electron; a place in the menu bar elsewhere. */
  getBounds() {
    if (process.platform === 'linux') return { x: 0, y: 0, width: 0, height: 0 };
    return { x: screen.getPrimaryDisplay().bounds.width - 320, y: 0, width: 24, height: 24 };
  }
  destroy(): void {
    this.#isDestroyed = true;
    const index = seen.trays.indexOf(this);
    if (index >= 0) seen.trays.splice(index, 1);
  }
  isDestroyed = () => this.#isDestroyed;
}
