import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chosenLibrary } from '../agent/paths.ts';
import type { AgentAccess } from './terminal.ts';

/** The real agents. What runs one is loaded only where one is run. */
export const agentAccess: AgentAccess = {
  defaultLibrary: chosenLibrary,

  async connectOrLaunch(library) {
    const running = await this.connectIfRunning(library);
    if (running !== undefined) return running;
    const { connectOrLaunch } = await import('../agent/launch.ts');
    return connectOrLaunch({ library, command: agentCommand(library) });
  },

  async connectIfRunning(library) {
    const { connectIfRunning } = await import('../agent/running.ts');
    return connectIfRunning(library);
  },

  async run(library, voice, wishes) {
    const { runHeadless } = await import('./run-headless.ts');
    return runHeadless(library, voice, wishes);
  },

  async runDirectory(library) {
    const [{ readRecord }, { canonicalPath }] = await Promise.all([
      import('../agent/record.ts'),
      import('../agent/paths.ts'),
    ]);
    const record = await readRecord(await canonicalPath(library));
    return record === undefined ? null : dirname(record.socket);
  },
};

/**
 * This program again, as `torpor agent run` for one library; with --json it announces itself. It
 * idles for days: V8 is told to keep little room for garbage and one thread, which saves 6 MB.
 */
function agentCommand(library: string): readonly [string, ...string[]] {
  const program = fileURLToPath(new URL('./index.ts', import.meta.url));
  const thrift = ['--max-semi-space-size=1', '--v8-pool-size=1'];
  return [process.execPath, ...thrift, program, 'agent', 'run', '--json', '--library', library];
}
