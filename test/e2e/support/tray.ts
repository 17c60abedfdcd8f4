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
        menu(): { readonly items: readonly { readonly label: string; click(): void }[] };
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

/** The labels of the tray's menu as it is drawn now. */
export function menuLabels({ electron }: RunningApp): Promise<string[]> {
  return electron.evaluate(() =>
    (globalThis.torporForTests?.menu().items ?? []).map(({ label }) => label),
  );
}

/** Clicks the item of the tray's menu whose label begins so. */
export async function clickMenu({ electron }: RunningApp, beginning: string): Promise<void> {
  const labels = await electron.evaluate((_electron, wanted) => {
    const items = globalThis.torporForTests?.menu().items ?? [];
    const item = items.find(({ label }) => label.startsWith(wanted));
    item?.click();
    return item === undefined ? items.map(({ label }) => label) : null;
  }, beginning);
  if (labels !== null) throw new Error(`no “${beginning}” among ${labels.join(', ')}`);
}
