import { fileURLToPath } from 'node:url';
import { createBuilder, type Rolldown } from 'vite';
import { expect, test } from 'vitest';
import { faultPoints } from '../../src/core/fault-point.ts';
import { textFilesBelow } from '../support/source-tree.ts';

test('a built app has no fault points, and nothing that could set one off', async () => {
  const code = await builtMain();
  // What is around the points is there, or their absence would say nothing.
  expect(code).toContain('could not be suspended');
  expect(faultPoints.filter((name) => code.includes(name))).toEqual([]);
  expect(code).not.toMatch(/fault-?point|setFaultHandler/i);
});

test('every point of the table is passed somewhere', () => {
  const passed = textFilesBelow('src')
    .filter(({ path }) => !path.endsWith('core/fault-point.ts'))
    .flatMap(({ text }) => [...text.matchAll(/faultPoint\('([^']+)'\)/g)].map(([, name]) => name));
  expect([...new Set(passed)].sort()).toEqual([...faultPoints].sort());
});

test('no program but a test’s own sets a handler', () => {
  const places = textFilesBelow('src').filter(({ text }) => text.includes('setFaultHandler'));
  expect(places.map(({ path }) => path)).toEqual(['src/core/fault-point.ts']);
});

async function builtMain(): Promise<string> {
  const builder = await createBuilder({
    configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
    logLevel: 'error',
    environments: { main: { build: { write: false } } },
  });
  const { main } = builder.environments;
  if (main === undefined) throw new Error('The main process is not among what is built.');
  const built = await builder.build(main);
  return outputsOf(built)
    .flatMap(({ output }) => output)
    .map((one) => (one.type === 'chunk' ? one.code : ''))
    .join('\n');
}

function outputsOf(built: Awaited<ReturnType<Awaited<ReturnType<typeof createBuilder>>['build']>>) {
  const all: Rolldown.RolldownOutput[] = [];
  for (const one of [built].flat()) if ('output' in one) all.push(one);
  return all;
}
