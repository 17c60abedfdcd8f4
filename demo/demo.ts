import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseMemory } from '../src/cli/options/size.ts';
import { isContinuous } from './continuity.ts';
import { createDemoMachine, type DemoMachine, type DemoOptions } from './machine.ts';
import { createVoice, mib, type Voice } from './voice.ts';

/**
 * Shows what Torpor is for: a guest counts, the agent is told to quit, nothing runs any more, the
 * agent starts again, and the guest counts on with the same secret in its memory.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      memory: { type: 'string', default: '1G' },
      fill: { type: 'string', default: '25' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const voice = createVoice(values.json);
  // Before anything is made: what is refused leaves nothing behind.
  const [memoryMiB, fillPercent] = [parseMemory(values.memory), percent(values.fill)];
  const library = await mkdtemp(join(tmpdir(), `torpor-demo-${randomUUID().slice(0, 4)}-`));
  const options = { library, memoryMiB, fillPercent };
  const demo = createDemoMachine(options);
  const interrupted = interruption();
  try {
    const result = await Promise.race([show(demo, options, voice), interrupted]);
    voice.result({ ...result });
    process.exitCode = result.continuity ? 0 : 1;
  } finally {
    await demo.dispose();
    await rm(library, { recursive: true, force: true });
  }
}

const usage = `script/demo [--memory SIZE] [--fill PERCENT] [--json]

  --memory SIZE    memory of the guest, like 512M or 4G (default 1G)
  --fill PERCENT   how much of it is filled with data that does not compress (default 25)
  --json           print one JSON object on the last line`;

async function show(demo: DemoMachine, options: DemoOptions, voice: Voice) {
  voice.step(`A machine with ${mib(options.memoryMiB)} of memory boots.`);
  const accelerator = await demo.boot();
  const filled = await demo.fill();
  if (filled !== undefined)
    voice.detail(`${mib(filled.mebibytes)} of it hold data, digest ${filled.digest}`);
  const before = await demo.tick();
  voice.detail(`it counts: ${before.count}, and keeps a secret in its memory: ${before.nonce}`);

  voice.step('The agent quits, and suspends it.');
  const { pid, report } = await demo.quitAgent();
  voice.detail(`saved and ended in ${report.seconds.toFixed(2)} s`);
  voice.detail(
    isAlive(pid) ? `QEMU (process ${pid}) still runs!` : `QEMU (process ${pid}) is gone`,
  );
  for (const line of await listing(demo.stateDirectory())) voice.detail(line);

  voice.step('The agent starts again, and brings it back.');
  const resumeSeconds = await demo.startAgent();
  const after = await demo.tick();
  voice.detail(`it counts on: ${after.count}, with the secret ${after.nonce}`);
  const sum = filled === undefined ? undefined : await demo.digest();
  if (sum !== undefined) voice.detail(`its memory has the digest ${sum}`);

  const continuity =
    !isAlive(pid) && isContinuous({ ...before, digest: filled?.digest }, { ...after, digest: sum });
  return {
    continuity,
    nonceBefore: before.nonce,
    nonceAfter: after.nonce,
    counterBefore: before.count,
    counterAfter: after.count,
    memoryMiB: options.memoryMiB,
    suspendSeconds: report.seconds,
    resumeSeconds,
    stateBytes: report.bytes ?? 0,
    accelerator,
  };
}

async function listing(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const { size, blocks } = await stat(join(directory, name));
      return `on disk: state/${name}, ${mib(size / 2 ** 20)} long, ${mib((blocks * 512) / 2 ** 20)} used`;
    }),
  );
}

function percent(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 80) return value;
  throw new Error(`--fill takes a whole number from 0 to 80, not “${text}”`);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH: nobody has this number.
  }
}

/** Rejects on Ctrl-C, so that the clean-up runs as after any other failure. */
function interruption(): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new Error(`interrupted by ${signal}`)));
    }
  });
}

try {
  await main();
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
