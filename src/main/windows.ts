/** The windows beside the panel: each is made when it is asked for, and secured as the panel is. */
import { BrowserWindow, type WebContents } from 'electron';
import type { WindowRequest } from '../contract/app.ts';
import { pageUrl } from './pages.ts';
import type { Text } from './text/text.ts';
import { securePreferences, secureWindow } from './window-security.ts';

export interface Windows {
  /** Opens the window, or brings the one that is open to the front. */
  open(request: WindowRequest): void;
  close(name: WindowRequest['window']): void;
}

export interface WindowsOptions {
  readonly preload: string;
  readonly text: () => Text;
  /** A window can be seen, or no longer. */
  readonly onShown: (page: WebContents, isShown: boolean) => void;
  readonly onError: (error: unknown) => void;
}

interface Shape {
  readonly width: number;
  readonly height: number;
  readonly isResizable?: true;
}

const shapes: Record<WindowRequest['window'], Shape> = {
  create: { width: 560, height: 640, isResizable: true },
  settings: { width: 560, height: 620 },
  about: { width: 420, height: 480 },
  host: { width: 620, height: 640, isResizable: true },
  quit: { width: 460, height: 420 },
  display: { width: 1024, height: 808, isResizable: true },
};

export function createWindows({ preload, text, onShown, onError }: WindowsOptions): Windows {
  const open = new Map<string, BrowserWindow>();

  function make(request: WindowRequest, key: string): BrowserWindow {
    const { width, height, isResizable = false } = shapes[request.window];
    const window = new BrowserWindow({
      width,
      height,
      resizable: isResizable,
      fullscreenable: request.window === 'display',
      title: text().windows[request.window],
      autoHideMenuBar: true,
      show: false,
      webPreferences: securePreferences(preload),
    });
    secureWindow(window);
    followShown(window, onShown);
    window.once('ready-to-show', () => window.show());
    window.on('closed', () => open.delete(key));
    const query = request.window === 'display' ? { machine: request.machine } : {};
    window.loadURL(pageUrl(request.window, query)).catch(onError);
    return window;
  }

  return {
    open(request) {
      const key = keyOf(request);
      const existing = open.get(key);
      if (existing === undefined) {
        open.set(key, make(request, key));
        return;
      }
      if (existing.isMinimized()) existing.restore();
      existing.show();
      existing.focus();
    },
    close(name) {
      for (const [key, window] of open) if (key.startsWith(`${name} `)) window.close();
    },
  };
}

/** Tells from now on when the window can be seen. */
export function followShown(
  window: BrowserWindow,
  onShown: (page: WebContents, isShown: boolean) => void,
): void {
  const { webContents } = window;
  const tell = (isShown: boolean) => () => {
    if (!webContents.isDestroyed()) onShown(webContents, isShown);
  };
  window.on('show', tell(true));
  window.on('restore', tell(true));
  window.on('hide', tell(false));
  window.on('minimize', tell(false));
}

function keyOf(request: WindowRequest): string {
  return `${request.window} ${request.window === 'display' ? request.machine : ''}`;
}
