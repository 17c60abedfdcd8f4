import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { connectIfRunning } from '../../src/agent/running.ts';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';

/** A dozen processes one after the other, on a computer that may be busy. */
const patience = 120_000;

const program = fileURLToPath(new URL('../../src/cli/index.ts', import.meta.url));

interface Commands {
  readonly library: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Of the test: once it is over, no command is started any more. */
  readonly signal: AbortSignal;
}

/**
 * Runs the command line as a process. It is waited for also when the test took too long: it may be
 * starting an agent, which can only be ended once it is there.
 */
async function torpor({ library, env, signal }: Commands, argv: readonly string[]) {
  signal.throwIfAborted();
  const child = execFile(process.execPath, [program, '--library', library, ...argv], {
    env: { ...process.env, ...env },
  });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    await closed;
  }, patience);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await closed;
  return { code, stdout, stderr, json: () => JSON.parse(stdout) };
}

/** A folder for a library and its sockets; at the end its agent is ended, if one runs. */
async function libraryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-process-'));
  onTestFinished(async () => {
    const client = await connectIfRunning(join(folder, 'library'));
    await client?.request('agent.stop', { reason: 'quit' });
    await client?.closed;
    await rm(folder, { recursive: true, force: true });
  }, patience);
  return folder;
}

test('a machine’s day, from the command line to the guests of an agent', {
  timeout: patience,
}, async ({ signal }) => {
  await using library = await tempLibrary();
  const agent = await library.start();
  await agent.handle['machine.create'](machineRequest('web'));
  const run = (...argv: string[]) => torpor({ library: library.path, signal }, argv);

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

test('list starts an agent where none runs, status does not, and stop ends it', {
  timeout: patience,
}, async ({ signal }) => {
  const folder = await libraryFolder();
  const run = (...argv: string[]) =>
    torpor({ library: join(folder, 'library'), env: { XDG_RUNTIME_DIR: folder }, signal }, argv);
  expect((await run('agent', 'status', '--json')).json()).toMatchObject({ running: false });
  const listed = await run('list', '--json');
  expect(listed).toMatchObject({ code: 0, stdout: '[]\n', stderr: '' });
  const { running, pid } = (await run('agent', 'status', '--json')).json();
  expect(running).toBe(true);

  const second = await run('agent', 'run', '--json');
  expect(second.code).toBe(6);
  expect(second.json()).toMatchObject({ error: { code: 'LIBRARY_IN_USE', details: { pid } } });
  expect((await run('agent', 'stop', '--json')).stdout).toBe('[]\n');
  expect((await run('agent', 'status', '--json')).json()).toMatchObject({ running: false });
});
