import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';

const program = fileURLToPath(new URL('../../src/cli/index.ts', import.meta.url));

/** Runs the command line as a process of its own. */
async function torpor(library: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = execFile(process.execPath, [program, '--library', library, ...argv], {
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr, json: () => JSON.parse(stdout) };
}

test('a machine’s day, from the command line to the guests of an agent', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await agent.handle['machine.create'](machineRequest('web'));
  const run = (...argv: string[]) => torpor(library.path, argv);

  expect((await run('start', 'web', '--json')).json()).toMatchObject({ status: 'running' });
  const saved = await run('suspend', 'web', '--json');
  expect(saved.json()).toEqual({
    name: 'web',
    status: 'suspended',
    seconds: expect.any(Number),
    bytes: expect.any(Number),
  });
  const [listed] = (await run('list', '--json')).json();
  expect(listed).toMatchObject({
    name: 'web',
    status: 'suspended',
    driver: 'memory',
    savedState: { bytes: saved.json().bytes, reason: 'user', mode: 'instant' },
  });
  expect((await run('resume', 'web', '--json')).json()).toMatchObject({ status: 'running' });
  expect((await run('pause', 'web')).stdout).toMatch(/^“web” is paused/);

  const refused = await run('rename', 'web', 'site', '--json');
  expect(refused.code).toBe(4);
  expect(refused.json()).toMatchObject({ error: { code: 'WRONG_STATUS' } });
  const missing = await run('start', 'wbe');
  expect(missing).toMatchObject({ code: 3, stdout: '' });
  expect(missing.stderr).toContain('torpor: There is no machine “wbe”.');

  expect((await run('suspend', '--all', '--json')).json()).toHaveLength(1);
  expect((await run('delete', 'web', '--permanently', '--yes')).code).toBe(0);
  expect((await run('list', '--json')).json()).toEqual([]);
});

test('list starts an agent where none runs, status does not, and stop ends it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-process-'));
  const library = join(folder, 'library');
  const run = (...argv: string[]) => torpor(library, argv, { XDG_RUNTIME_DIR: folder });
  try {
    expect((await run('agent', 'status', '--json')).json()).toMatchObject({ running: false });
    const listed = await run('list', '--json');
    expect(listed).toMatchObject({ code: 0, stdout: '[]\n', stderr: '' });
    const { running, pid } = (await run('agent', 'status', '--json')).json();
    expect(running).toBe(true);

    const second = await run('agent', 'run', '--json');
    expect(second.code).toBe(6);
    expect(second.json()).toMatchObject({ error: { code: 'LIBRARY_IN_USE', details: { pid } } });
  } finally {
    expect((await run('agent', 'stop', '--json')).stdout).toBe('[]\n');
    await rm(folder, { recursive: true, force: true });
  }
});
