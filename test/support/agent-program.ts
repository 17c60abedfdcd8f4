import { join } from 'node:path';
import { openLog } from '../../src/agent/log.ts';
import { runAgent } from '../../src/agent/run.ts';
import { readAgentSettings } from '../../src/agent/settings.ts';
import { createMemoryDriver } from '../../src/drivers/memory/driver.ts';
import { createHost } from '../../src/storage/host.ts';

// An agent as a process of its own, with in-memory guests: node agent-program.ts LIBRARY RUNBASE

const [library = '', runBase = ''] = process.argv.slice(2);
const driver = createMemoryDriver();
if (process.env.TORPOR_TEST_FAIL_SAVE !== undefined) {
  driver.hypervisor.failNext('save', new Error('made to fail by the test'));
}
const gate =
  process.env.TORPOR_TEST_HOLD_SAVE === undefined ? undefined : driver.hypervisor.holdNext('save');
gate?.reached.then(() => {
  process.stderr.write('at the gate\n');
  process.once('SIGUSR2', () => gate.release());
});

process.exitCode = await runAgent({
  library,
  runBase,
  drivers: new Map([['memory', driver]]),
  host: createHost(),
  identity: { id: 'test-host', userId: 1000 },
  openLog,
  found: await readAgentSettings(process.env.TORPOR_TEST_SETTINGS ?? join(runBase, 'none')),
  deadlineSeconds: 0,
  announce: (announcement) => process.stdout.write(`${JSON.stringify(announcement)}\n`),
  tell: (sentence) => process.stderr.write(`${sentence}\n`),
});
