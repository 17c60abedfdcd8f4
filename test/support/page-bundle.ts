import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

export interface PageBundle {
  /** What a browser fetches before the page can be used, by name. */
  readonly files: readonly string[];
  /** All of it, compressed file by file. */
  readonly gzipBytes: number;
}

/** Follows a built page to everything that it loads at once; what it may load later is left out. */
export function pageBundle(folder: string, page: string): PageBundle {
  const html = readFileSync(path.join(folder, page), 'utf8');
  const found = new Set([page]);
  const waiting = [...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, name = '']) => name);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    if (!name.endsWith('.js')) continue;
    const text = readFileSync(path.join(folder, name), 'utf8');
    // Static imports alone: `import(` loads later.
    for (const [, from = ''] of text.matchAll(/(?:\bfrom|\bimport)\s*["'](\.{1,2}\/[^"']+)["']/g)) {
      waiting.push(path.join(path.dirname(name), from));
    }
  }
  const files = [...found].sort();
  const sizes = files.map((name) => gzipSync(readFileSync(path.join(folder, name))).length);
  return { files, gzipBytes: sizes.reduce((sum, size) => sum + size, 0) };
}
