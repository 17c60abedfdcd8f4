import path from 'node:path';
import { expect, test } from 'vitest';
import { pageBundle } from '../support/page-bundle.ts';

const built = path.join(import.meta.dirname, '..', '..', 'dist', 'panel');

test('the panel is small, and noVNC is no part of it', () => {
  const { files, gzipBytes } = pageBundle(built, 'panel.html');
  // The page, at least one script, and its styles: what follows nothing is small as well.
  expect(files.map((name) => path.extname(name))).toEqual(
    expect.arrayContaining(['.css', '.html', '.js']),
  );
  expect(files.filter((name) => /novnc|rfb/i.test(name))).toEqual([]);
  expect(gzipBytes).toBeLessThan(60_000);
});
