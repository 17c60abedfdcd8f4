import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type GuestConsole, guestConsoleAt } from '../../guest/console.ts';
import { agentAccess } from '../../src/cli/agent-access.ts';
import type { AppState, MachineStatus } from '../../src/contract/app-state.ts';
import type { Client } from '../../src/contract/json-rpc.ts';
import { guestImage } from '../support/guest-image.ts';

/** Agents as the command line starts them, each a process of its own, with real guests. */
let library: string;
const clients = new Set<Client>();

beforeEach(async () => {
  library = await mkdtemp(join(tmpdir(), `torpor-agent-${randomUUID().slice(0, 4)}-`));
});

afterEach(async () => {
  const client = await connect();
  const { machines } = await client.request('state.get', {});
  for (const { name, status } of machines) {
    if (status === 'running' || status === 'paused') {
      await client.request('machine.stop', { machine: name, force: true });
    }
  }
  await stopAgent(client);
  for (const one of clients) one.close();
  clients.clear();
  await rm(library, { recursive: true });
});

async function connect(): Promise<Client> {
  const client = await agentAccess.connectOrLaunch(library);
  clients.add(client);
  return client;
}

async function stopAgent(client: Client) {
  const reports = await client.request('agent.stop', { reason: 'quit' });
  await client.closed;
  return reports;
}

async function create(client: Client, name: string): Promise<void> {
  const { kernel, initrd, commandLine } = guestImage();
  await client.request('machine.create', {
    name,
    memoryMiB: 192,
    cpus: 1,
    boot: { kernel, initrd, commandLine },
    disks: [],
    network: false,
    display: 'none',
    policy: {},
  });
}

async function boot(client: Client, name: string): Promise<GuestConsole> {
  await create(client, name);
  await client.request('machine.start', { machine: name, cold: false });
  const guest = await attach(client, name);
  await guest.next(/^TICK /);
  return guest;
}

async function attach(client: Client, machine: string): Promise<GuestConsole> {
  const { socket } = await client.request('machine.console', { machine });
  return guestConsoleAt(socket);
}

/** Resolves when every machine has this status; rejects when one has a problem. */
async function until(client: Client, status: MachineStatus): Promise<AppState> {
  const { promise, resolve, reject } = Promise.withResolvers<AppState>();
  const look = (state: AppState): void => {
    const problem = state.machines.find((machine) => machine.problem !== null)?.problem;
    if (problem) reject(new Error(problem.message));
    if (state.machines.every((machine) => machine.status === status)) resolve(state);
  };
  client.on('state', look);
  await client.request('events.subscribe', { kinds: ['state'] });
  look(await client.request('state.get', {}));
  return promise;
}

async function agentPid(client: Client): Promise<number> {
  return (await client.request('state.get', {})).agent.pid;
}

/**
 * Kills and waits until nothing is left. The kernel closes a dying process's connections one by one, so
 * that one of them has ended does not mean that its socket listens no more.
 */
async function killed(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH
  }
}

async function qemuPid(name: string): Promise<number> {
  return JSON.parse(await readFile(join(library, `${name}.torpor`, 'process.json'), 'utf8')).pid;
}

describe('an agent with real guests', () => {
  test('quits and starts again: every guest goes on where it was', async () => {
    const first = await connect();
    const before = new Map<string, { count: number; nonce: string }>();
    for (const name of ['One', 'Two']) before.set(name, await (await boot(first, name)).tick());

    const reports = await stopAgent(first);
    expect(reports.map(({ name, status }) => [name, status])).toEqual([
      ['One', 'suspended'],
      ['Two', 'suspended'],
    ]);
    for (const name of before.keys()) await expect(qemuPid(name)).rejects.toThrow('ENOENT');

    const second = await connect();
    await until(second, 'running');
    for (const [name, { count, nonce }] of before) {
      const now = await (await attach(second, name)).tick();
      expect(now.nonce).toBe(nonce);
      expect(now.count).toBeGreaterThan(count);
    }
  });

  test('killed, it leaves the guest running, and the next agent takes it over', async () => {
    const first = await connect();
    const before = await (await boot(first, 'One')).tick();
    const qemu = await qemuPid('One');
    await killed(await agentPid(first));

    const second = await connect();
    await until(second, 'running');
    expect(await qemuPid('One')).toBe(qemu);
    const adopted = await (await attach(second, 'One')).tick();
    expect(adopted.nonce).toBe(before.nonce);

    await second.request('machine.suspend', { machine: 'One', reason: 'user' });
    await second.request('machine.resume', { machine: 'One' });
    const after = await (await attach(second, 'One')).tick();
    expect(after.nonce).toBe(before.nonce);
    expect(after.count).toBeGreaterThan(adopted.count);
  });

  test('killed together with its guest, the next agent says what happened', async () => {
    const first = await connect();
    await boot(first, 'One');
    const qemu = await qemuPid('One');
    process.kill(qemu, 'SIGKILL');
    await killed(await agentPid(first));

    const second = await connect();
    const { machines } = await second.request('state.get', {});
    expect(machines).toEqual([expect.objectContaining({ name: 'One', status: 'stopped' })]);
    expect(machines[0]?.problem).toMatchObject({ code: 'GUEST_ENDED' });
    await second.request('machine.start', { machine: 'One', cold: false });
    await (await attach(second, 'One')).next(/^TICK /);
  });

  test('is one, however many ask for one at once', async () => {
    const asked = await Promise.all([connect(), connect(), connect()]);
    const pids = await Promise.all(asked.map(agentPid));
    expect(new Set(pids).size).toBe(1);
  });

  test('serves two clients at once: one suspends while the other looks on', async () => {
    const [one, two] = [await connect(), await connect()];
    await boot(one, 'One');
    const seen = until(two, 'suspended');
    await one.request('machine.suspend', { machine: 'One', reason: 'user' });
    await seen;
    await expect(
      two.request('machine.suspend', { machine: 'One', reason: 'user' }),
    ).rejects.toMatchObject({
      code: 'WRONG_STATUS',
    });
    await two.request('machine.resume', { machine: 'One' });
  });

  test('suspends and answers SIGTERM with a clean exit', async () => {
    const first = await connect();
    const before = await (await boot(first, 'One')).tick();
    process.kill(await agentPid(first), 'SIGTERM');
    await first.closed;
    const second = await connect();
    await until(second, 'running');
    expect((await (await attach(second, 'One')).tick()).nonce).toBe(before.nonce);
  });
});
