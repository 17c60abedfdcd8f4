import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { beforeAll, expect, test } from 'vitest';

/** What the panel loads to be drawn, at most: bytes after gzip, of scripts and styles together. */
const most = 60_000;

let files: Rolldown.RolldownOutput['output'][number][] = [];
beforeAll(async () => {
  const root = path.resolve(import.meta.dirname, '..', 'src', 'panel');
  const built = await build({
    root,
    configFile: false,
    logLevel: 'error',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      write: false,
      modulePreload: false,
      target: 'chrome146',
      rolldownOptions: {
        input: ['panel', 'display'].map((page) => path.join(root, `${page}.html`)),
      },
    },
  });
  if (!('output' in built)) throw new Error('The build has no output.');
  files = built.output;
});

test('the panel is small', () => {
  const chunks = loadedBy('panel');
  const styles = files.filter(({ fileName }) => fileName.endsWith('.css'));
  const sources = [
    ...chunks.map(({ code }) => code),
    ...styles.map((one) => (one.type === 'asset' ? one.source : '')),
  ];
  const bytes = sources.reduce((sum, source) => sum + gzipSync(source).length, 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(most);
});

test('noVNC is loaded when a display opens, and by nothing before', () => {
  const hasNovnc = (chunk: Rolldown.OutputChunk) =>
    chunk.moduleIds.some((id) => id.includes('/@novnc/'));
  expect(chunksOf(files).some(hasNovnc)).toBe(true);
  expect([...loadedBy('panel'), ...loadedBy('display')].some(hasNovnc)).toBe(false);
});

function chunksOf(all: typeof files): Rolldown.OutputChunk[] {
  return all.filter((one) => one.type === 'chunk');
}

/** The chunks that a page loads at once: its own, and those imported statically from there. */
function loadedBy(page: string): Rolldown.OutputChunk[] {
  const chunks = chunksOf(files);
  const wanted = chunks.filter(({ isEntry, name }) => isEntry && name === page);
  for (const chunk of wanted) {
    for (const name of chunk.imports) {
      const found = chunks.find(({ fileName }) => fileName === name);
      if (found !== undefined && !wanted.includes(found)) wanted.push(found);
    }
  }
  return wanted;
}
