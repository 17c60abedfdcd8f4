import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsOf, packageOf, targetOf } from './support/imports.ts';
import { type SourceFile, textFilesBelow } from './support/source-tree.ts';

/**
 * The parts of Torpor and what each may import, of types and of code alike: parts, single files, and
 * packages. Node's own modules are for those who run in Node. A part may always import itself.
 */
const parts: Record<string, Rule> = {
  core: { imports: [], packages: ['zod'], node: true },

  'drivers/qemu': { imports: ['core'], packages: 'any', node: true },
  'drivers/vz': { imports: ['core'], packages: 'any', node: true },
  'drivers/memory': { imports: ['core'], packages: [], node: true },
  /** src/drivers/index.ts, the one place that knows every driver. */
  drivers: { imports: ['core', 'drivers/qemu', 'drivers/vz'], packages: [], node: false },

  preflight: { imports: ['core'], packages: 'any', node: true },
  storage: { imports: ['core'], packages: 'any', node: true },

  /** Shared by programs that must not share code: types alone. */
  contract: { imports: ['core'], packages: [], node: false, typesOnly: true },

  /** Sentences that the app's pages and its main process share, one file for each language. */
  words: { imports: ['contract'], packages: [], node: false },

  agent: {
    imports: ['core', 'drivers', 'preflight', 'storage', 'contract'],
    packages: 'any',
    node: true,
  },

  /** They see core through the contract's eyes, but errors are one class, and it lives in core. */
  cli: { imports: ['agent', 'contract', 'core/errors.ts'], packages: 'any', node: true },
  main: { imports: ['agent', 'contract', 'words', 'core/errors.ts'], packages: 'any', node: true },

  preload: { imports: ['contract'], packages: ['electron'], node: false },
  panel: {
    imports: ['contract', 'words'],
    packages: ['preact', '@preact/signals', '@novnc/novnc'],
    node: false,
  },
};

interface Rule {
  readonly imports: readonly string[];
  readonly packages: readonly string[] | 'any';
  readonly node: boolean;
  readonly typesOnly?: boolean;
}

/** What only some places may import, wherever their part may import it from. */
const only: Record<string, readonly string[]> = {
  electron: ['main/', 'preload/'],
  menubar: ['main/tray.ts'],
  /** Starting a process is a decision; most of Torpor has no business doing it. */
  'node:child_process': [
    'drivers/qemu/',
    'agent/launch.ts',
    'agent/identity.ts',
    'preflight/host/',
    'main/power/',
    'storage/keys/keychain.ts',
  ],
};

/** Single files that may import more, each for the reason beside it. */
const exceptions: Record<string, readonly string[]> = {
  /** Completing a name must not start an agent, so it reads the library itself. */
  'cli/verbs/machines.ts': ['core/library/library.ts', 'core/library/layout.ts'],
  /** Where programs begin that run an agent: they hand it the real drivers and the real host. */
  'cli/run-headless.ts': ['drivers/index.ts', 'storage/host.ts'],
  'main/index.ts': ['drivers/index.ts', 'storage/host.ts', 'storage/keyboard.ts'],
};

/** What every part may import: data that is no part's, and the version. */
const data = /^\.\.\/(assets\/.+|package)\.json$/;

/** One file for each native addon. */
const addons = ['src/storage/native.ts', 'src/drivers/vz/addon.ts'];

/** Words that stand in no file `below`, but where they belong. */
const banned = [
  { word: /\.node['"`]/, why: 'an addon is loaded in one file', below: 'src/', except: addons },
  { word: /\bcreateRequire\b/, why: 'it is for addons', below: 'src/', except: addons },
  { word: /\bas unknown as\b/, why: 'a type is proven, not claimed', below: '', except: [] },
  { word: /@ts-(ignore|expect-error|nocheck)/, why: 'it is repaired', below: '', except: [] },
  { word: /\b(test|describe|it)\.only\(/, why: 'all tests run', below: 'test/', except: [] },
];

/** Where packages come from is each machine's own business. */
const registries =
  /registry\.(npm|yarn)|(deb|security|snapshot|archive)\.debian|(archive|ports)\.ubuntu|ghcr\.io/;

const vagueNames = ['utils', 'util', 'helpers', 'helper', 'manager', 'service', 'common', 'misc'];
const longestFile = 350;

/** Data that a test or a table is made of; nobody reads it from top to bottom. */
const isData = /\.(json|xml|plist|txt|svg|log)$/;

const sources = textFilesBelow('src').map(({ path, text }) => ({ path: path.slice(4), text }));
const code = sources.filter(({ path }) => /\.tsx?$/.test(path));

describe('the dependency rule', () => {
  test('every source file belongs to a part', () => {
    expect(sources.map(({ path }) => path).filter((path) => partOf(path) === undefined)).toEqual(
      [],
    );
  });

  test.each(Object.keys(parts))('%s imports what it may', (part) => {
    const files = code.filter(({ path }) => partOf(path) === part);
    expect(files.flatMap((file) => violations(file, part))).toEqual([]);
  });

  test.each(Object.entries(only))('%s is imported in its place only', (specifier, places) => {
    const importers = code.filter((file) =>
      importsOf(file).some((one) => one.specifier === specifier),
    );
    expect(importers.map(({ path }) => path).filter((path) => !isIn(path, places))).toEqual([]);
  });
});

describe('every file', () => {
  const ours = ['src', 'test', 'native', 'bench', 'script', 'guest']
    .flatMap(textFilesBelow)
    .filter(({ path }) => !isData.test(path));

  test(`has at most ${longestFile} lines`, () => {
    const lengths = ours.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
    expect(lengths.filter(({ lines }) => lines > longestFile)).toEqual([]);
  });

  test('is named for what it holds', () => {
    const isVague = ({ path }: SourceFile): boolean => {
      const words = basename(path).toLowerCase().split(/[.-]/);
      return words.some((word) => vagueNames.includes(word));
    };
    expect(ours.filter(isVague).map(({ path }) => path)).toEqual([]);
  });

  test.each(banned)('holds no $word: $why', ({ word, below, except }) => {
    const found = ours.filter(({ path, text }) => path.startsWith(below) && word.test(text));
    expect(found.map(({ path }) => path).filter((path) => !isIn(path, except))).toEqual([]);
  });

  test('names no package registry', () => {
    const found = textFilesBelow('.').filter(({ text }) => registries.test(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });
});

/** The most exact part that a path below src/ is in. */
function partOf(path: string): string | undefined {
  const [first = '', second = ''] = path.split('/');
  if (`${first}/${second}` in parts) return `${first}/${second}`;
  if (first === 'drivers') return path === 'drivers/index.ts' ? first : undefined;
  return first in parts ? first : undefined;
}

function violations(file: SourceFile, part: string): string[] {
  const rule = parts[part];
  if (rule === undefined) throw new Error(`no rule for ${part}`);
  return importsOf(file)
    .filter(({ specifier, typeOnly }) => {
      if (rule.typesOnly === true && !typeOnly) return true;
      const target = targetOf(file.path, specifier);
      if (target !== undefined) return !mayImport(rule, file.path, target);
      if (specifier.startsWith('node:')) return !rule.node;
      return rule.packages !== 'any' && !rule.packages.includes(packageOf(specifier));
    })
    .map(({ specifier }) => `${file.path} imports ${specifier}`);
}

function mayImport(rule: Rule, path: string, target: string): boolean {
  const other = partOf(target);
  const allowed = [partOf(path), ...rule.imports, ...(exceptions[path] ?? [])];
  return (
    allowed.includes(target) ||
    (other !== undefined && allowed.includes(other)) ||
    data.test(target)
  );
}

/** Whether `path` is one of the files or below one of the folders. */
function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || (place.endsWith('/') && path.startsWith(place)));
}
