import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect } from '../../src/agent/control/client.ts';
import type { Client } from '../../src/contract/json-rpc.ts';
import { type FaultPoint, faultPoints } from '../../src/core/fault-point.ts';
import { machineRequest } from '../support/temp-library.ts';
import type { Order, Pass } from './agent-program.ts';
import type { Fault } from './faults.ts';
import { bootSectorGuest, type WorldGuest } from './qemu-guests.ts';
import { killGuestsOf } from './qemu-processes.ts';
import { type FaultWorld, machineNamed } from './world.ts';

const program = fileURLToPath(new URL('./agent-program.ts', import.meta.url));

interface Life {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  socket?: string;
  client?: Client;
}

/** Agents as processes, killed by SIGKILL, with QEMU guests: the smallest there are, or others. */
export async function qemuWorld(guest: WorldGuest = bootSectorGuest): Promise<FaultWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-faults-'));
  const library = join(folder, 'library');
  const wish = await guest.provide(folder);
  const armed = new Map<FaultPoint, Fault>();
  let passed: FaultPoint[] = [];
  let wake = (): void => {};
  let life: Life | undefined;

  const alive = (): Life => {
    if (life === undefined) throw new Error('no agent was started');
    return life;
  };
  const order = (to: ChildProcess, what: Order): void => {
    to.send(what);
  };

  async function meet(of: Life, { point, fault }: Pass): Promise<void> {
    passed.push(point);
    wake();
    if (fault === null) return;
    armed.delete(point);
    // For as long as it takes the agent to answer somebody else.
    if (fault === 'delay') await of.client?.request('events.subscribe', { kinds: ['state'] });
    if (fault === 'client leaves') of.client?.close();
    if (fault === 'delay' || fault === 'client leaves') order(of.child, { kind: 'goOn' });
  }

  async function freshAgent(): Promise<void> {
    const args = [program, library, join(folder, 'run'), join(tmpdir(), 'torpor-test-cache')];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    const mine: Life = { child, exited: once(child, 'exit') };
    life = mine;
    child.on('message', (pass: Pass) => {
      meet(mine, pass).catch(() => {}); // Its client left, or it died: what it was to show, it has.
    });
    for (const [point, fault] of armed) order(child, { kind: 'arm', point, fault });
    const { stdout } = child;
    if (stdout === null) throw new Error('no standard output');
    const died = mine.exited.then(() => Promise.reject(new Error('the agent died')));
    died.catch(() => {});
    const [line] = await Promise.race([once(createInterface({ input: stdout }), 'line'), died]);
    const announced = JSON.parse(line);
    if (announced.error !== undefined) throw new Error(announced.error.message);
    mine.socket = announced.ready.socket;
    mine.client = await connect(announced.ready.socket);
  }

  async function consoleOf(machine: string): Promise<string> {
    return (await world.client().request('machine.console', { machine })).socket;
  }

  await freshAgent();

  const world: FaultWorld = {
    library,
    points: faultPoints,
    freshAgent,

    client() {
      const { client } = alive();
      if (client === undefined) throw new Error('no agent lives');
      return client;
    },

    arm(point, fault) {
      armed.set(point, fault);
      if (!world.isDead()) order(alive().child, { kind: 'arm', point, fault });
    },

    takePassed() {
      const all = passed;
      passed = [];
      return all;
    },

    async passedOnce(point) {
      while (!passed.includes(point)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },

    disarm() {
      const isDone = armed.size === 0;
      armed.clear();
      return isDone;
    },

    isDead: () => alive().child.exitCode !== null || alive().child.signalCode !== null,

    async untilDead() {
      await alive().exited;
    },

    async reconnect() {
      const { socket } = alive();
      if (socket !== undefined) alive().client = await connect(socket);
    },

    async crash() {
      alive().child.kill('SIGKILL');
      await alive().exited;
      alive().client?.close();
    },

    async killGuests() {
      await killGuestsOf(library);
      const { machines } = await world.client().request('state.get', {});
      await Promise.all(machines.map(({ name }) => untilQuiet(world, name)));
    },

    async nonceOf(name) {
      const machine = await machineNamed(world, name);
      if (machine?.status === 'paused')
        await world.client().request('machine.resume', { machine: name });
      return guest.nonce(await consoleOf(name));
    },

    async occupy(name) {
      await guest.occupy?.(await consoleOf(name));
    },

    wish: (name) => ({
      ...machineRequest(name),
      driver: 'qemu',
      cpus: 1,
      network: false,
      ...wish,
    }),

    async dispose() {
      await world.crash();
      await killGuestsOf(library);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return world;
}

/** QEMU is gone before its connection has told the agent; until then the machine runs. */
async function untilQuiet(world: FaultWorld, name: string): Promise<void> {
  while ((await machineNamed(world, name))?.status === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
