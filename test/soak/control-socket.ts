import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { connect } from '../../src/agent/control/client.ts';
import { hostileLines, type Manners, misbehave } from '../support/control-fuzz.ts';

/**
 * Throws whatever it can think of at the control socket of an agent of its own, for so many minutes:
 *
 *   node test/soak/control-socket.ts MINUTES [SEED]
 *
 * The agent must go on answering a client that behaves, never end, and not grow. Prints a summary as
 * one JSON object; exits with 1 when the agent did not keep that.
 */
const minutes = Number(process.argv[2] ?? 10);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const growthLimit = 256 * 1024 * 1024;

const methods = [
  ...['state.get', 'events.subscribe', 'machine.create', 'machine.show', 'machine.start'],
  ...['machine.suspend', 'machine.resume', 'machine.cancel', 'machine.verify', 'machine.trust'],
  ...['machine.outside', 'machine.set', 'machine.clone', 'machine.rename', 'machine.delete'],
  ...['machine.console', 'machine.display', 'machine.frame', 'host.check', 'agent.setDigests'],
];

const folder = await mkdtemp(join(tmpdir(), 'torpor-fuzz-'));
const program = fileURLToPath(new URL('../support/agent-program.ts', import.meta.url));
const agent = spawn(process.execPath, [program, join(folder, 'library'), join(folder, 'run')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = once(agent, 'exit');

try {
  const [line] = await once(createInterface({ input: agent.stdout }), 'line');
  const { ready } = JSON.parse(String(line));
  const good = await connect(ready.socket);
  const before = await residentBytes();
  const deadline = Date.now() + minutes * 60_000;
  let rounds = 0;
  let most = before;
  const arbitrary = fc.tuple(
    hostileLines(methods),
    fc.constantFrom<Manners>('polite', 'abrupt', 'deaf'),
  );
  while (Date.now() < deadline) {
    const batch = fc.sample(arbitrary, { seed: seed + rounds, numRuns: 16 });
    await Promise.all(batch.map(([lines, manners]) => misbehave(ready.socket, lines, manners)));
    await good.request('state.get', {});
    most = Math.max(most, await residentBytes());
    if (most - before > growthLimit) throw new Error(`it grew by ${most - before} bytes`);
    rounds += 1;
  }
  good.close();
  process.stdout.write(`${JSON.stringify({ seed, rounds, clients: rounds * 16, before, most })}\n`);
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}\n`);
} finally {
  agent.kill('SIGTERM');
  await ended;
  await rm(folder, { recursive: true, force: true });
}

/** Linux alone tells this of another process without a program; elsewhere growth is not watched. */
async function residentBytes(): Promise<number> {
  if (agent.exitCode !== null) throw new Error(`the agent ended with ${agent.exitCode}`);
  if (process.platform !== 'linux') return 0;
  const status = await readFile(`/proc/${agent.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
