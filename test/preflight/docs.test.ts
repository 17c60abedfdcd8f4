import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadTable } from '../../src/preflight/known-broken/table.ts';
import { pairTable } from '../../src/preflight/report/pair-table.ts';
import { writeHost } from './hosts/describe.ts';
import { keptHosts } from './hosts/kept.ts';
import { type Folder, filesIn, makeFolder } from './support/folder.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(async () => await folder[Symbol.asyncDispose]());

test('the table of hosts and guests in docs/preflight.md is what the code says', async () => {
  const docs = await readFile(new URL('../../docs/preflight.md', import.meta.url), 'utf8');
  const shown = /<!-- pair-table -->\n([\s\S]*?)\n?<!-- \/pair-table -->/.exec(docs)?.[1];
  // Out of date? node src/preflight/report/pair-table.ts prints what belongs between the marks.
  expect(cells(shown ?? '')).toEqual(cells(pairTable(await loadTable())));
});

test('the hosts that are kept as folders are what their description says', async () => {
  for (const [name, spec] of Object.entries(keptHosts)) {
    const fresh = await writeHost(folder.at(name), spec);
    const kept = join(import.meta.dirname, 'hosts', name);
    // Out of date? Run node test/preflight/hosts/kept.ts.
    expect(await filesIn(kept)).toEqual(await filesIn(fresh));
  }
});

/** A table's cells, whichever way a formatter pads them. */
function cells(markdown: string): string[][] {
  return markdown
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim().replace(/^-+$/, '-')));
}
