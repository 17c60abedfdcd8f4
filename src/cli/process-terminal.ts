import { agentAccess } from './agent-access.ts';
import type { Terminal } from './terminal.ts';

/** The terminal, environment and agents of this process. */
export function processTerminal(): Terminal {
  // `torpor list | head -1` ends the pipe early, which is no failure and nobody's to see.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    now: Date.now,
    onInterrupt(listener) {
      process.on('SIGINT', listener);
      return () => process.off('SIGINT', listener);
    },
    agent: agentAccess,
  };
}
