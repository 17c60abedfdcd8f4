import { expect, test } from 'vitest';
import { acceleratorOf, type KeyPress } from '../../../src/panel/windows/shortcut.ts';

const plain: KeyPress = {
  key: 't',
  code: 'KeyT',
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  metaKey: false,
};

test('a shortcut is a key with a modifier that typing does not use', () => {
  expect(acceleratorOf({ ...plain, ctrlKey: true, altKey: true })).toBe('Control+Alt+T');
  expect(acceleratorOf({ ...plain, code: 'F5', metaKey: true, shiftKey: true })).toBe(
    'Shift+Super+F5',
  );
  expect(acceleratorOf(plain)).toBe(null);
  expect(acceleratorOf({ ...plain, shiftKey: true })).toBe(null);
  expect(acceleratorOf({ ...plain, key: 'Control', code: 'ControlLeft', ctrlKey: true })).toBe(
    null,
  );
});
