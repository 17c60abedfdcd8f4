import { dirname, join } from 'node:path';
import type { SourceFile } from './source-tree.ts';

export interface Import {
  /** As it is written: `./name.ts`, `node:fs`, `zod`. */
  readonly specifier: string;
  /** Nothing of it is left when the types are stripped. */
  readonly typeOnly: boolean;
}

/**
 * What a TypeScript file imports, read by patterns. That is enough because the formatter, which CI
 * checks, leaves one way to write each form; an import that no pattern reads is an error all the
 * same, so none is overlooked.
 */
export function importsOf({ path, text }: SourceFile): Import[] {
  const code = text.replaceAll(/^\s*(\/\/|\/\*|\*).*$/gm, '');
  const found = [
    ...all(code, /^import (type )?[\w${*][^'"`;]*? from '([^']+)'/gm),
    ...all(code, /^export (type )?(?:\{[^}]*\}|\*(?: as \w+)?) from '([^']+)'/gm),
    ...all(code, /^import (type )?'([^']+)'/gm),
    ...all(code, /\b(?:import|require)\(()\s*'([^']+)',?\s*\)/g),
  ];
  const written = code.match(/^import\b|^export [^=;(]*? from '|\b(?:import|require)\(/gm)?.length;
  if (found.length !== (written ?? 0)) {
    throw new Error(`${path}: ${written} imports and ${found.length} that can be read`);
  }
  return found;
}

function all(code: string, pattern: RegExp): Import[] {
  return [...code.matchAll(pattern)].map(([, type, specifier]) => ({
    specifier: specifier ?? '',
    typeOnly: type === 'type ',
  }));
}

/** The path, from the root of the project, of the file that `specifier` in `path` names; undefined for a package. */
export function targetOf(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? join(dirname(path), specifier) : undefined;
}

/** `@scope/name` or `name` of the package that `specifier` is in. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
