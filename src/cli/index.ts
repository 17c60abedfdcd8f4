#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { cacheDirectory } from '../agent/cache-directory.ts';

// Before anything else is loaded: what is compiled once need not be compiled at the next start. By the
// environment an agent that is started from here has it too, and does without the compiler's memory.
process.env.NODE_COMPILE_CACHE ??= join(cacheDirectory(), 'code');
enableCompileCache(process.env.NODE_COMPILE_CACHE);

const [{ runCli }, { processTerminal }] = await Promise.all([
  import('./run.ts'),
  import('./process-terminal.ts'),
]);
process.exitCode = await runCli(process.argv.slice(2), processTerminal());
