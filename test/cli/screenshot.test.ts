import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { fakeClient } from '../support/fake-client.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

const png = Buffer.from('\x89PNG picture', 'latin1');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torpor-picture-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function screenshot(...options: string[]) {
  const client = fakeClient({ 'machine.screenshot': () => ({ png: png.toString('base64') }) });
  const terminal = { ...fakeTerminal({ client }), cwd: folder };
  return { code: await runCli(['screenshot', ...options], terminal), terminal };
}

test('-o names the file, and replaces one that is there', async () => {
  const file = join(folder, 'shot.png');
  await writeFile(file, 'an older and much longer picture');
  const { code, terminal } = await screenshot('web', '-o', 'shot.png', '--json');
  expect(code).toBe(0);
  expect(await readFile(file)).toEqual(png);
  expect(terminal.json()).toEqual({ file, bytes: png.length });
});

test('without -o it is named after machine and time, and replaces nothing', async () => {
  const { code, terminal } = await screenshot('/library/web.torpor');
  expect(code).toBe(0);
  const name = 'web 2026-01-02 12.00.00.png';
  expect(await readdir(folder)).toEqual([name]);
  expect(terminal.stdout.text).toBe(`${join(folder, name)}\n`);
  expect((await screenshot('web')).code).toBe(1);
});

test('-o - writes the picture to standard output, which then takes no JSON', async () => {
  expect((await screenshot('web', '-o', '-')).terminal.stdout.text).toBe(png.toString());
  const { code, terminal } = await screenshot('web', '-o', '-', '--json');
  expect(code).toBe(2);
  expect(terminal.json()).toMatchObject({ error: { code: 'BAD_REQUEST' } });
});
