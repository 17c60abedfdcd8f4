import type { RunningApp } from './app.ts';

/** What the app leaves on its global object outside of packages, see src/main/index.ts. */
declare global {
  var torporForTests:
    | {
        readonly bar: {
          readonly tray: { emit(event: string, ...args: unknown[]): boolean };
          readonly window: { isVisible(): boolean } | undefined;
          once(event: string, listener: () => void): void;
        };
      }
    | undefined;
}

/** Clicks the tray icon, which no test can do on the screen, and waits until the panel is there. */
export async function clickTray({ electron }: RunningApp): Promise<void> {
  await electron.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const bar = globalThis.torporForTests?.bar;
        bar?.once('after-show', resolve);
        bar?.tray.emit('click', {}, { x: 1600, y: 0, width: 24, height: 24 });
      }),
  );
}

export function isPanelVisible({ electron }: RunningApp): Promise<boolean> {
  return electron.evaluate(() => globalThis.torporForTests?.bar.window?.isVisible() ?? false);
}
