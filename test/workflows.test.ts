import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const folder = '.github/workflows';
const texts = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(join(folder, name), 'utf8'),
}));
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Nobody can run these here, so what can be read of them is compared with what there is. */
describe.each(texts)('$name', ({ text }) => {
  test('calls scripts that are there and can be run', () => {
    for (const [path] of text.matchAll(/\bscript\/[\w-]+/g)) {
      expect([path, existsSync(path) && (statSync(path).mode & 0o111) !== 0]).toEqual([path, true]);
    }
    for (const [, name = ''] of text.matchAll(/npm run (?:-s )?([\w:]+)/g)) {
      expect(Object.keys(scripts)).toContain(name);
    }
  });

  test('names tests that are there', () => {
    for (const [path] of text.matchAll(/\btest\/[\w/]+/g)) {
      expect([path, existsSync(path)]).toEqual([path, true]);
    }
  });

  test('may write nothing, and ends by itself', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read$/m);
    const jobs = text.match(/^ {4}runs-on:/gm)?.length;
    expect(text.match(/^ {4}timeout-minutes: \d+$/gm)).toHaveLength(jobs ?? 0);
  });
});

test('types, style, tests and packages are seen to on Linux and on macOS', () => {
  const all = texts.map(({ text }) => text).join('\n');
  for (const path of ['script/test', 'script/package', 'ubuntu-', 'macos-']) {
    expect(all).toContain(path);
  }
});
