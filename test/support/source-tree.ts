import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** Made by tools and never committed. */
const notOurs = new Set(['node_modules', '.git', '.cache', 'build', 'dist', 'out']);

export interface SourceFile {
  /** From the root of the project, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every text file of the project below `folder`, in the order of their paths. */
export function textFilesBelow(folder: string): SourceFile[] {
  return pathsBelow(join(root, folder))
    .map((path) => ({ path: relative(root, path), bytes: readFileSync(path) }))
    .filter(({ bytes }) => !bytes.includes(0))
    .map(({ path, bytes }) => ({ path, text: bytes.toString() }));
}

function pathsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : pathsBelow(path);
      return entry.isFile() ? [path] : [];
    });
}
