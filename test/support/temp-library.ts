import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Agent, type AgentOptions, startAgent } from '../../src/agent/agent.ts';
import { connect } from '../../src/agent/control/client.ts';
import type { Client } from '../../src/contract/json-rpc.ts';
import type { CreateRequest } from '../../src/contract/requests.ts';
import { createMemoryDriver } from '../../src/drivers/memory/driver.ts';
import { createMemoryHypervisor } from '../../src/drivers/memory/hypervisor.ts';
import { createHost } from '../../src/storage/host.ts';

/** A library in a folder of its own, with everything that an agent of it needs. */
export interface TempLibrary extends AsyncDisposable {
  readonly path: string;
  readonly runBase: string;
  /** Where deleted bundles go instead of the trash of whoever runs the tests. */
  readonly trash: string;
  /** The guests, which outlive agents. */
  readonly hypervisor: ReturnType<typeof createMemoryHypervisor>;
  /** An agent with the in-memory driver; `options` replace what it would be given. */
  start(options?: Partial<AgentOptions>): Promise<Agent>;
  client(agent: Agent): Promise<Client>;
}

/** Disposing it detaches every agent it started, and removes the folder. */
export async function tempLibrary(): Promise<TempLibrary> {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-agent-'));
  const path = join(folder, 'library');
  const runBase = join(folder, 'run');
  const trash = join(folder, 'trash');
  await mkdir(trash);
  const host = createHost();
  const hypervisor = createMemoryHypervisor();
  const agents: Agent[] = [];
  const clients: Client[] = [];

  return {
    path,
    runBase,
    trash,
    hypervisor,

    async start(options = {}) {
      const agent = await startAgent({
        library: path,
        runBase,
        drivers: new Map([['memory', createMemoryDriver({ hypervisor })]]),
        host,
        identity: { id: 'test-host', userId: 1000 },
        trash: (bundle) => rename(bundle, join(trash, basename(bundle))),
        ...options,
      });
      agents.push(agent);
      return agent;
    },

    async client(agent) {
      const client = await connect(agent.socket);
      clients.push(client);
      return client;
    },

    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close();
      // A test that failed may have left a guest at a gate; its own failure is what is to be seen.
      await Promise.race([
        Promise.all(agents.map((agent) => agent.detach())),
        delay(3000, undefined, { ref: false }),
      ]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A machine of the in-memory driver with one small disk. */
export function machineRequest(name: string, changes: Partial<CreateRequest> = {}): CreateRequest {
  return {
    name,
    driver: 'memory',
    memoryMiB: 16,
    boot: 'bios',
    disks: [{ kind: 'empty', bytes: 1024 * 1024, format: 'raw' }],
    network: true,
    display: 'none',
    policy: {},
    ...changes,
  };
}
