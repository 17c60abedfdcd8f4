import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadVz } from '../../../src/drivers/vz/addon.ts';
import { machineStates, nativeNames } from '../../../src/drivers/vz/native-interface.ts';
import { textFilesBelow } from '../../support/source-tree.ts';
import { createMac } from './stand-in/mac.ts';
import { createStandIn } from './stand-in/native.ts';

/** Nobody can compile these files here, so what can be read of them is. */
const sources = textFilesBelow('native/src/vz').map(({ path, text }) => ({
  path: path.replace('native/', ''),
  text,
}));
const textOf = (name: string): string => {
  const found = sources.find(({ path }) => path === `src/vz/${name}`);
  if (found === undefined) throw new Error(`no ${name}`);
  return found.text;
};

describe('the native part', () => {
  test('exports what the contract names, in its order, and the stand-in has the same', () => {
    const exported = [...textOf('addon.mm').matchAll(/Export\(exports, "(\w+)"/g)].map(
      ([, name]) => name,
    );
    expect(exported).toEqual([...nativeNames]);
    expect(Object.keys(createStandIn(createMac())).sort()).toEqual([...nativeNames].sort());
  });

  test('exports each name by the function of that name', () => {
    const pairs = [
      ...textOf('addon.mm').matchAll(/Export\(exports, "(\w+)", torpor::vz::(\w+)\)/g),
    ];
    expect(pairs).toHaveLength(nativeNames.length);
    for (const [, name = '', fn = ''] of pairs) {
      expect(fn[0]?.toLowerCase() + fn.slice(1)).toBe(name);
    }
  });

  test('names the states in the order of the framework’s numbers', () => {
    const list = /kStates\[\] = \{([^}]*)\}/.exec(textOf('machine.mm'))?.[1] ?? '';
    expect([...list.matchAll(/"(\w+)"/g)].map(([, state]) => state)).toEqual([...machineStates]);
  });

  test('tells only events that the contract knows', () => {
    const contract = readFileSync('src/drivers/vz/native-interface.ts', 'utf8');
    const known = [...contract.matchAll(/readonly kind: '(\w+)'/g)].map(([, kind]) => kind);
    const told = sources.flatMap(({ text }) => [
      ...text.matchAll(/EventOf\("(\w+)"/g),
      ...text.matchAll(/DiskEvent\("(\w+)"/g),
      ...text.matchAll(/Set\("kind", "(\w+)"/g),
    ]);
    expect(told.length).toBeGreaterThan(6);
    for (const [, kind] of told) expect(known).toContain(kind);
  });

  test('reads only fields that the contract knows', () => {
    const contract = readFileSync('src/drivers/vz/native-interface.ts', 'utf8');
    const fields = sources.flatMap(({ text }) => [
      ...text.matchAll(
        /\b(?:Text|Texts|OptionalText|Number|Flag|Object|Objects|OptionalObject|Bytes|File)At\(\w+, @"(\w+)"\)/g,
      ),
    ]);
    expect(fields.length).toBeGreaterThan(40);
    for (const [, field] of fields) expect(contract).toMatch(new RegExp(`\\b${field}\\??:`));
  });

  test('is built of all its files', () => {
    const gyp = readFileSync('native/binding.gyp', 'utf8');
    const built = [...gyp.matchAll(/'(src\/vz\/\w+\.mm)'/g)].map(([, path]) => path);
    expect(built.sort()).toEqual(
      sources
        .map(({ path }) => path)
        .filter((path) => path.endsWith('.mm'))
        .sort(),
    );
  });

  test('uses what exists on Apple silicon alone only where it is compiled for that', () => {
    const guarded =
      /VZMacOS(?!GuestAutomount)|VZMacPlatform|VZMacHardware|VZMacMachine|VZMacAux|VZMacKeyboard|VZMacTrackpad|VZLinuxRosetta|MachineStateToURL|MachineStateFromURL|validateSaveRestoreSupport/;
    for (const { path, text } of sources) {
      expect([path, unguardedLines(text).filter((line) => guarded.test(line))]).toEqual([path, []]);
    }
  });

  test('never waits for a queue, which would stop the other side for good', () => {
    for (const { path, text } of sources) {
      expect([path, /dispatch_sync|\[NSApp (run|terminate)/.test(text)]).toEqual([path, false]);
    }
  });
});

describe('loading it', () => {
  test('elsewhere than on macOS it says why not', () => {
    expect(loadVz(['/no/such.node'], 'linux')).toMatchObject({
      code: 'HYPERVISOR_UNAVAILABLE',
      message: expect.stringContaining('macOS'),
    });
  });

  test('on macOS another file in its place is refused', () => {
    expect(loadVz(['/no/such.node', resolve('package.json')], 'darwin')).toMatchObject({
      code: 'HYPERVISOR_UNAVAILABLE',
      hint: expect.stringContaining('build:native'),
    });
  });

  test('on macOS without the addon it says what to run', () => {
    expect(loadVz(['/no/such.node'], 'darwin')).toMatchObject({
      code: 'HYPERVISOR_UNAVAILABLE',
      hint: expect.stringContaining('build:native'),
    });
  });
});

/** Code, without comments, that is compiled for Intel Macs as well. */
function unguardedLines(text: string): string[] {
  const lines: string[] = [];
  const guards: boolean[] = [];
  for (const line of text.split('\n')) {
    if (/^#\s*if/.test(line)) guards.push(/^#if defined\(__arm64__\)/.test(line));
    else if (/^#else/.test(line)) guards.splice(-1, 1, false);
    else if (/^#endif/.test(line)) guards.pop();
    else if (!guards.includes(true) && !/^\s*\/\//.test(line)) lines.push(line);
  }
  return lines;
}
