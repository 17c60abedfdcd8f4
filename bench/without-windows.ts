/**
 * The main process of the app by itself: the stand-in for Electron without its Chromium, so that what is
 * measured is the app and not what imitates Electron. Windows are made and never load.
 */
import path from 'node:path';
import '../test/electron-standin/resolve.mjs';
import { begin, readPackage } from '../test/electron-standin/start.ts';

const root = path.join(import.meta.dirname, '..');

export interface Item {
  readonly label: string;
  click(): void;
}

export interface Surface {
  /** Electron's `ready`. */
  readonly becomeReady: () => void;
  /** The tray is drawn: with another image, or another menu. */
  readonly onDrawn: (look: (now: { image: string; items: readonly Item[] }) => void) => void;
}

/** Loads the stand-in. The app's main process is imported after this, never before. */
export async function withoutWindows(userData: string): Promise<Surface> {
  const switches = new Map([['user-data-dir', userData]]);
  begin({ appPath: root, package: readPackage(root), switches, held: false });
  const { app } = await import('../test/electron-standin/app/app.ts');
  const { Tray } = await import('../test/electron-standin/desktop/tray.ts');
  await import('../test/electron-standin/electron.ts');
  return {
    becomeReady: () => app.becomeReady(),
    onDrawn(look) {
      const { setImage, setContextMenu } = Tray.prototype;
      let now = { image: '', items: [] as readonly Item[] };
      Tray.prototype.setImage = function (image) {
        Reflect.apply(setImage, this, [image]);
        now = { ...now, image: String(image) };
        look(now);
      };
      Tray.prototype.setContextMenu = function (menu) {
        Reflect.apply(setContextMenu, this, [menu]);
        now = { ...now, items: menu?.items ?? [] };
        look(now);
      };
    },
  };
}

/** Tells the process that measures, and ends. */
export function tell(figures: Readonly<Record<string, readonly number[]>>): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(0));
}
