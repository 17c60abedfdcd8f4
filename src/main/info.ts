import { availableParallelism, totalmem } from 'node:os';
import { torporVersion } from '../agent/version.ts';
import type { AppInfo } from '../contract/app.ts';
import { TorporError } from '../core/errors.ts';
import type { AgentLink } from './agent-link.ts';

/** About the app and what it is made of; the drivers are those that work here. */
export async function appInfo(link: AgentLink): Promise<AppInfo> {
  const reports = await link.request('host.check', {});
  const working = reports.filter(({ available }) => available);
  const { electron, chrome, node } = process.versions;
  const own = [
    { name: 'Electron', version: electron },
    { name: 'Chromium', version: chrome },
    { name: 'Node.js', version: node },
  ];
  const hypervisors = working.map(({ displayName, version }) => ({
    name: displayName,
    version: version ?? undefined,
  }));
  return {
    version: torporVersion,
    platform: platform(),
    components: [...own, ...hypervisors].flatMap(({ name, version }) =>
      version === undefined ? [] : [{ name, version }],
    ),
    drivers: working.map(({ driver }) => driver),
    logPath: link.logPath ?? '',
    host: { cpus: availableParallelism(), memoryMiB: Math.floor(totalmem() / 1024 / 1024) },
  };
}

function platform(): AppInfo['platform'] {
  if (process.platform === 'darwin' || process.platform === 'linux') return process.platform;
  throw new TorporError('INTERNAL', `Torpor does not run on ${process.platform}.`);
}
