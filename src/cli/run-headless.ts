import { cacheDirectory } from '../agent/cache-directory.ts';
import { hostIdentity } from '../agent/identity.ts';
import { openLog } from '../agent/log.ts';
import { settingsFile } from '../agent/paths.ts';
import { runAgent } from '../agent/run.ts';
import { readAgentSettings } from '../agent/settings.ts';
import type { ExitCode } from '../core/errors.ts';
import { createDrivers } from '../drivers/index.ts';
import { createHost } from '../storage/host.ts';
import type { AgentVoice, AgentWishes } from './terminal.ts';

/** Nothing but the end of the computer limits how long saving may take. */
const noDeadline = 0;

/** The composition root of an agent without a window: this host, its drivers, one library. */
export async function runHeadless(
  library: string,
  voice: AgentVoice,
  wishes: AgentWishes,
): Promise<ExitCode> {
  const { settings, problem } = await readAgentSettings(wishes.file ?? settingsFile());
  const host = createHost();
  const drivers = createDrivers({
    host,
    settings: {
      cacheDirectory: cacheDirectory(),
      configuredPath: process.env.TORPOR_QEMU || undefined,
    },
    // No operation waits for these; standard error is the log file of an agent in the background.
    onError: (error) => console.error(error),
  });
  return runAgent({
    library,
    drivers,
    host,
    identity: await hostIdentity(),
    openLog: (path) => openLog(path),
    deadlineSeconds: noDeadline,
    found: { settings: { ...settings, ...wishes.settings }, problem },
    ...voice,
  });
}
