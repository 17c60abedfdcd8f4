import type { Command } from '@commander-js/extra-typings';
import type { AppState } from '../../contract/app-state.ts';
import type { DriverReport } from '../../contract/requests.ts';
import { TorporError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { doctorLines } from '../format/doctor.ts';

/** What `torpor doctor --json` prints. */
export interface Diagnosis {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  readonly architecture: string;
  readonly agent: AppState['agent'];
  readonly library: AppState['library'];
  readonly runDirectory: string | null;
  readonly drivers: readonly DriverReport[];
}

export function define(command: Command, context: Context): void {
  command.action(async () => {
    const client = await context.client();
    const [{ agent, library }, drivers, runDirectory] = await Promise.all([
      client.request('state.get', {}),
      client.request('host.check', {}),
      context.terminal.agent.runDirectory(context.library),
    ]);
    const { version: node, platform, arch: architecture } = process;
    const { version } = agent;
    const diagnosis: Diagnosis = {
      version,
      node,
      platform,
      architecture,
      agent,
      library,
      runDirectory,
      drivers,
    };
    if (drivers.some(({ available }) => available)) {
      context.print(diagnosis, () => doctorLines(diagnosis, context.color));
      return;
    }
    if (!context.json) context.print(diagnosis, () => doctorLines(diagnosis, context.color));
    throw new TorporError('HYPERVISOR_UNAVAILABLE', 'No hypervisor can be used on this computer.', {
      hint: drivers.find(({ problem }) => problem?.hint !== undefined)?.problem?.hint,
      details: { ...diagnosis },
    });
  });
}
