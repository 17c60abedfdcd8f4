import { once } from 'node:events';
import path from 'node:path';
import { app } from 'electron';
import { expect, test } from 'vitest';
import { createTray } from '../../src/main/tray.ts';

const icon = (name: string): string =>
  path.resolve(import.meta.dirname, '..', '..', 'assets', 'icons', `${name}Template.png`);

test('the icon and its menu are there before any page is, and before the app is ready nothing is drawn', async () => {
  // No browser runs here, so no page is ever loaded.
  const tray = createTray({
    icon: icon('idle'),
    preload: '/preload.cjs',
    onShown: () => {},
    act: () => {},
  });
  const look = {
    icon: icon('busy'),
    tooltip: 'Torpor: Demo is starting',
    menu: [{ kind: 'label', label: 'Demo' }],
  } as const;
  tray.draw(look);
  expect(tray.menu().items).toEqual([]);
  const ready: unknown = Reflect.get(app, 'becomeReady');
  if (typeof ready !== 'function') throw new Error('This is a test for the stand-in.');
  const drawn = once(tray.bar, 'create-window');
  Reflect.apply(ready, app, []);
  await drawn;
  expect(tray.menu().items.map(({ label }) => label)).toEqual(['Demo']);
});
