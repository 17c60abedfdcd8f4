import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Agent, startAgent } from '../../src/agent/agent.ts';
import { connect } from '../../src/agent/control/client.ts';
import type { Client } from '../../src/contract/json-rpc.ts';
import type { Driver } from '../../src/core/driver.ts';
import { type FaultPoint, faultPoints, setFaultHandler } from '../../src/core/fault-point.ts';
import { createMemoryDriver } from '../../src/drivers/memory/driver.ts';
import { createMemoryHypervisor } from '../../src/drivers/memory/hypervisor.ts';
import { createHost } from '../../src/storage/host.ts';
import { machineRequest } from '../support/temp-library.ts';
import { type Fault, isErrno, ofQemu, systemError } from './faults.ts';
import type { FaultWorld } from './world.ts';

/** One life of an agent in this process, which ends when `dead` is set: nothing it does counts then. */
interface Life {
  dead: boolean;
  agent?: Agent;
  client?: Client;
  /** Rejects at the death, for who waits for something that will never come. */
  readonly died: Promise<never>;
  readonly die: () => void;
}

/**
 * Agents in this process, one after another, with in-memory guests that outlive them. An agent is
 * killed by never going on from the point where it is; its guests hear no more of it.
 */
export async function inProcessWorld(): Promise<FaultWorld> {
  // Memory instead of a disk, where there is such a folder: thousands of flushes cost nothing there.
  const folder = await mkdtemp(
    join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'torpor-faults-'),
  );
  const library = join(folder, 'library');
  const hypervisor = createMemoryHypervisor();
  const host = createHost();
  const lives: Life[] = [];
  const armed = new Map<FaultPoint, Fault>();
  const waiting = new Set<() => void>();
  let passed: FaultPoint[] = [];
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => {});

  await mkdir(join(folder, 'trash'));
  setFaultHandler(async (point) => {
    const life = current();
    passed.push(point);
    for (const wake of waiting) wake();
    const fault = armed.get(point);
    if (fault === undefined) return;
    armed.delete(point);
    if (isErrno(fault)) throw systemError(fault);
    if (fault === 'agent dies' || fault === 'both die') kill(life);
    if (fault === 'guest dies' || fault === 'both die') killGuests();
    // A dead agent goes no further.
    if (life.dead) await over.promise;
    if (fault === 'client leaves') life.client?.close();
    // For as long as it takes the agent to answer somebody else.
    if (fault === 'delay') await life.client?.request('events.subscribe', { kinds: ['state'] });
  });

  function current(): Life {
    const life = lives.at(-1);
    if (life === undefined) throw new Error('no agent was started');
    return life;
  }

  function killGuests(): void {
    for (const id of hypervisor.guests.keys()) hypervisor.kill(id);
  }

  function kill(life: Life): void {
    life.dead = true;
    hypervisor.dropAgents();
    life.client?.close();
    life.die();
  }

  async function freshAgent(): Promise<void> {
    const { promise: died, reject } = Promise.withResolvers<never>();
    died.catch(() => {});
    const life: Life = { dead: false, died, die: () => reject(new Error('the agent died')) };
    lives.push(life);
    const starting = startAgent({
      library,
      runBase: join(folder, 'run'),
      drivers: new Map([['memory', mortal(createMemoryDriver({ hypervisor }), life)]]),
      // The lock of one process is its own; that there is one agent is tested elsewhere.
      host: { ...host, lock: () => ({ acquired: true, lock: { release() {} } }) },
      identity: { id: 'test-host', userId: 1000 },
      trash: (bundle) => rename(bundle, join(folder, 'trash', basename(bundle))),
    });
    life.agent = await Promise.race([starting, died]);
    life.client = await connect(life.agent.socket);
  }

  await freshAgent();

  return {
    library,
    points: faultPoints.filter((point) => !ofQemu.test(point)),
    freshAgent,

    client() {
      const { client, agent } = current();
      if (client === undefined || agent === undefined) throw new Error('no agent lives');
      return client;
    },

    arm(point, fault) {
      armed.set(point, fault);
    },

    takePassed() {
      const all = passed;
      passed = [];
      return all;
    },

    async passedOnce(point) {
      while (!passed.includes(point)) {
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
        });
      }
    },

    disarm() {
      const isDone = armed.size === 0;
      armed.clear();
      return isDone;
    },

    isDead: () => current().dead,

    untilDead: () => current().died.catch(() => {}),

    async reconnect() {
      const { agent } = current();
      if (agent !== undefined) current().client = await connect(agent.socket);
    },

    async crash() {
      if (!current().dead) kill(current());
    },

    async killGuests() {
      killGuests();
    },

    async nonceOf(name) {
      const machine = current()
        .agent?.state()
        .machines.find((one) => one.name === name);
      return hypervisor.guestOf(machine?.id ?? name).nonce();
    },

    wish: (name) => machineRequest(name),

    async dispose() {
      setFaultHandler(undefined);
      over.reject(new Error('the test is over'));
      for (const { agent } of lives) await agent?.detach().catch(() => {});
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A driver whose agent finds nothing any more once it is dead, however long its watchers live. */
function mortal(driver: Driver, life: Life): Driver {
  return {
    ...driver,
    adopt: async (place) => (life.dead ? { found: 'nothing' } : driver.adopt(place)),
  };
}
