import { expect, test } from 'vitest';
import { seen } from '../seen.ts';
import { dialog } from './dialog.ts';
import { Menu } from './menu.ts';
import { nativeImage } from './native-image.ts';
import { safeStorage } from './safe-storage.ts';
import { Tray } from './tray.ts';

test('a menu item does what was given to it, unless it is disabled', () => {
  const clicked: string[] = [];
  const menu = Menu.buildFromTemplate([
    { id: 'a', label: 'A', click: (item) => clicked.push(item.label) },
    { id: 'b', label: 'B', enabled: false, click: () => clicked.push('B') },
    {
      label: 'More',
      submenu: [{ id: 'c', type: 'checkbox', click: (item) => clicked.push(`${item.checked}`) }],
    },
  ]);
  for (const id of ['a', 'b', 'c']) menu.getMenuItemById(id)?.click();
  expect(clicked).toEqual(['A', 'true']);
});

test('a dialog takes the answer that was laid ready, else is cancelled', async () => {
  seen.dialogAnswers.push({ response: 1, checkboxChecked: true });
  const options = { message: 'Sure?', cancelId: 2 };
  expect(await dialog.showMessageBox(options)).toEqual({ response: 1, checkboxChecked: true });
  expect(await dialog.showMessageBox({}, options)).toEqual({ response: 2, checkboxChecked: false });
  expect(seen.dialogs).toEqual([
    { kind: 'message', options },
    { kind: 'message', options },
  ]);
});

test('an image knows its size, its double and whether it is a template', () => {
  const icons = `${import.meta.dirname}/../../../assets/icons`;
  const icon = nativeImage.createFromPath(`${icons}/idleTemplate.png`);
  expect(icon.getSize()).toEqual({ width: 16, height: 16 });
  expect(icon.getScaleFactors()).toEqual([1, 2]);
  expect(icon.isTemplateImage()).toBe(true);
  expect(nativeImage.createFromPath('/nowhere.png').isEmpty()).toBe(true);
});

test('what is encrypted is not in the clear, and comes back', () => {
  const sealed = safeStorage.encryptString('a secret');
  expect(sealed.toString('latin1')).not.toContain('a secret');
  expect(safeStorage.decryptString(sealed)).toBe('a secret');
});

test('a tray before the app is ready is an error, as in Electron', () => {
  expect(() => new Tray(nativeImage.createEmpty())).toThrow('before app is ready');
});
