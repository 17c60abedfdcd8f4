import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GuestConsole, guestConsoleAt } from '../guest/console.ts';
import { agentAccess } from '../src/cli/agent-access.ts';
import type { AppState } from '../src/contract/app-state.ts';
import type { Client } from '../src/contract/json-rpc.ts';
import type { Report } from '../src/contract/requests.ts';
import { guestImage } from '../test/support/guest-image.ts';

export interface DemoOptions {
  readonly library: string;
  readonly memoryMiB: number;
  readonly fillPercent: number;
}

/** The demo's one machine, reached as any client reaches it: through an agent of its own process. */
export interface DemoMachine {
  /** Creates and starts it; resolves with the accelerator when the guest is ready. */
  boot(): Promise<string>;
  /** Fills part of the guest's memory; undefined when none was asked for. */
  fill(): Promise<{ readonly mebibytes: number; readonly digest: string } | undefined>;
  digest(): Promise<string>;
  tick(): ReturnType<GuestConsole['tick']>;
  quitAgent(): Promise<{ readonly pid: number; readonly report: Report }>;
  /** Starts an agent, which brings the machine back by itself; resolves with the seconds that took. */
  startAgent(): Promise<number>;
  stateDirectory(): string;
  /** Ends the machine and the agent, in whatever state they are. */
  dispose(): Promise<void>;
}

const machine = 'Demo';

export function createDemoMachine({ library, memoryMiB, fillPercent }: DemoOptions): DemoMachine {
  let client: Promise<Client> | undefined;
  let disposed = false;
  let guest: GuestConsole | undefined;
  const bundle = join(library, `${machine}.torpor`);

  const agent = (): Promise<Client> => {
    // An interrupted demo goes on until its next request, and must not start another agent then.
    if (disposed) throw new Error('the demo is over');
    client ??= agentAccess.connectOrLaunch(library);
    return client;
  };
  const attach = async (): Promise<void> => {
    const { socket } = await (await agent()).request('machine.console', { machine });
    guest = guestConsoleAt(socket);
  };
  const talk = (): GuestConsole => {
    if (guest === undefined) throw new Error('the guest does not run');
    return guest;
  };

  return {
    async boot() {
      const { kernel, initrd, commandLine } = guestImage();
      await (await agent()).request('machine.create', {
        name: machine,
        memoryMiB,
        cpus: 1,
        boot: { kernel, initrd, commandLine },
        disks: [],
        network: false,
        display: 'none',
        policy: { onLaunch: 'resume', onQuit: 'suspend' },
      });
      await (await agent()).request('machine.start', { machine, cold: false });
      await attach();
      await talk().next(/^TICK 2 /);
      const { accelerator } = JSON.parse(await readFile(join(bundle, 'process.json'), 'utf8'));
      return String(accelerator);
    },
    async fill() {
      const mebibytes = Math.floor((memoryMiB * fillPercent) / 100);
      if (mebibytes === 0) return undefined;
      const [, digest = ''] = await talk().ask(`fill ${mebibytes}`, /^FILLED \d+ (\w+)$/);
      return { mebibytes, digest };
    },
    async digest() {
      const [, digest = ''] = await talk().ask('sum', /^SUM (\w+)$/);
      return digest;
    },
    tick: () => talk().tick(),
    async quitAgent() {
      const { pid } = JSON.parse(await readFile(join(bundle, 'process.json'), 'utf8'));
      const current = await agent();
      const [report] = await current.request('agent.stop', { reason: 'quit' });
      await current.closed;
      client = undefined;
      if (report === undefined || report.problem !== undefined) {
        throw new Error(report?.problem?.message ?? 'the agent did not suspend the machine');
      }
      return { pid: Number(pid), report };
    },
    async startAgent() {
      const started = Date.now();
      const seconds = await untilRunning(await agent(), started);
      await attach();
      return seconds;
    },
    stateDirectory: () => join(bundle, 'state'),
    async dispose() {
      disposed = true;
      const running = (await client) ?? (await agentAccess.connectIfRunning(library));
      if (running === undefined) return;
      await running.request('agent.stop', { reason: 'quit' });
      // It writes to its library until it is gone.
      await running.closed;
    },
  };
}

/** The seconds from the beginning of the restore, which the state tells, until the machine runs. */
async function untilRunning(client: Client, started: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let began = started;
  const look = (state: AppState): void => {
    const view = state.machines.find(({ name }) => name === machine);
    if (view?.status === 'restoring') began = view.progress?.startedAt ?? began;
    if (view?.status === 'running') resolve((Date.now() - began) / 1000);
    if (view?.problem) reject(new Error(view.problem.message));
  };
  client.on('state', look);
  await client.request('events.subscribe', { kinds: ['state'] });
  look(await client.request('state.get', {}));
  return promise;
}
