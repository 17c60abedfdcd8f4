import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect } from '../../src/agent/control/client.ts';
import { connectOrLaunch } from '../../src/agent/launch.ts';
import { connectIfRunning } from '../../src/agent/running.ts';
import type { Client } from '../../src/contract/json-rpc.ts';
import { machineRequest } from '../support/temp-library.ts';

const program = fileURLToPath(new URL('../support/agent-program.ts', import.meta.url));

let folder: string;
let library: string;
let runBase: string;
const children: ChildProcess[] = [];
const clients: Client[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torpor-run-'));
  library = join(folder, 'library');
  runBase = join(folder, 'run');
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  // One that was launched is nobody's child; it is found as every client finds it.
  const left = await connectIfRunning(library);
  await left?.request('agent.stop', { reason: 'quit' });
  await left?.closed;
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly client: Client;
  readonly exited: Promise<number | null>;
  /** Resolves when the agent says a line that holds `text` to the person. */
  said(text: string): Promise<void>;
}

async function start(environment: Record<string, string> = {}): Promise<Running> {
  const child = spawn(process.execPath, [program, library, runBase], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  children.push(child);
  const exited = once(child, 'exit').then(([code]) => code);
  const sentences: string[] = [];
  let heard = (): void => {};
  createInterface({ input: child.stderr }).on('line', (line) => {
    sentences.push(line);
    heard();
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const client = await connect(JSON.parse(line).ready.socket);
  clients.push(client);
  return {
    child,
    client,
    exited,
    async said(text) {
      while (!sentences.some((sentence) => sentence.includes(text))) {
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    },
  };
}

async function withGuest({ client }: Running): Promise<void> {
  await client.request('machine.create', machineRequest('Demo'));
  await client.request('machine.start', { machine: 'Demo', cold: false });
}

async function savedState(): Promise<unknown> {
  return JSON.parse(await readFile(join(library, 'Demo.torpor/state/manifest.json'), 'utf8'));
}

test.each([
  ['SIGTERM', 'shutdown'],
  ['SIGINT', 'quit'],
  ['SIGHUP', 'quit'],
] as const)('%s saves everything and ends well', async (signal, reason) => {
  const agent = await start();
  await withGuest(agent);
  agent.child.kill(signal);
  expect(await agent.exited).toBe(0);
  expect(await savedState()).toMatchObject({ reason });
});

test('what was set for all machines is heeded, and what cannot be is said', async () => {
  const file = join(folder, 'settings.json');
  await writeFile(file, '{"makeDigests": true}');
  const agent = await start({ TORPOR_TEST_SETTINGS: file });
  await withGuest(agent);
  const digested = new Promise<void>((resolve, reject) => {
    const look = async (): Promise<void> => {
      const { digests } = await agent.client.request('machine.show', { machine: 'Demo' });
      if (!digests) return;
      off();
      resolve();
    };
    // A look that is under way when the agent ends fails, when this is settled already.
    const off = agent.client.on('state', () => void look().catch(reject));
  });
  await agent.client.request('events.subscribe', { kinds: ['state'] });
  await agent.client.request('machine.suspend', { machine: 'Demo', reason: 'user' });
  await digested;
  agent.child.kill('SIGTERM');
  expect(await agent.exited).toBe(0);

  await writeFile(file, '{"idleMinutes": "often"}');
  const other = await start({ TORPOR_TEST_SETTINGS: file });
  await other.said('idleMinutes');
  other.child.kill('SIGTERM');
  expect(await other.exited).toBe(0);
});

test('a second signal does not end a state that is being written', async () => {
  const agent = await start({ TORPOR_TEST_HOLD_SAVE: '1' });
  await withGuest(agent);
  agent.child.kill('SIGTERM');
  await agent.said('at the gate');
  agent.child.kill('SIGTERM');
  agent.child.kill('SIGINT');
  await agent.said('still being written');
  agent.child.kill('SIGUSR2');
  expect(await agent.exited).toBe(0);
  expect(await savedState()).toMatchObject({ reason: 'shutdown' });
});

test('an agent that could not save everything says which, and ends with 1', async () => {
  const agent = await start({ TORPOR_TEST_FAIL_SAVE: '1' });
  await withGuest(agent);
  agent.child.kill('SIGTERM');
  await agent.said('“Demo” could not be suspended');
  expect(await agent.exited).toBe(1);
});

test('a client ends the agent and gets the reports', async () => {
  const agent = await start();
  await withGuest(agent);
  const reports = await agent.client.request('agent.stop', { reason: 'quit' });
  expect(reports).toMatchObject([{ name: 'Demo', status: 'suspended' }]);
  expect(await agent.exited).toBe(0);
});

test('after a kill the next agent takes over the library and its stale socket', async () => {
  const first = await start();
  first.child.kill('SIGKILL');
  await first.exited;
  const second = await start();
  expect(await second.client.request('state.get', {})).toMatchObject({ machines: [] });
});

test('an agent is started where none runs, once, however many want it', async () => {
  const command: [string, ...string[]] = [process.execPath, program, library, runBase];
  const found = await Promise.all(
    [1, 2, 3].map(() => connectOrLaunch({ library, command, runBase })),
  );
  clients.push(...found);
  const pids = await Promise.all(
    found.map(async (client) => (await client.request('state.get', {})).agent.pid),
  );
  expect(new Set(pids).size).toBe(1);
  const [client] = found;
  const ended = client?.request('agent.stop', { reason: 'quit' });
  expect(await ended).toEqual([]);
  await Promise.all(found.map(({ closed }) => closed));
});

test('an agent that does not start says why', async () => {
  const script = 'process.stderr.write("no luck today\\n"); process.exitCode = 3';
  const command: [string, ...string[]] = [process.execPath, '-e', script];
  await expect(connectOrLaunch({ library, command, runBase })).rejects.toMatchObject({
    code: 'AGENT_UNREACHABLE',
    message: expect.stringContaining('code 3'),
    hint: expect.stringContaining('no luck today'),
  });
  await expect(
    connectOrLaunch({ library, command: ['/nowhere/node'], runBase }),
  ).rejects.toMatchObject({ code: 'AGENT_UNREACHABLE' });
  const refused = [process.execPath, program, '/dev/null/library', runBase] as const;
  await expect(connectOrLaunch({ library, command: [...refused], runBase })).rejects.toMatchObject({
    code: 'LIBRARY_UNAVAILABLE',
  });
});
