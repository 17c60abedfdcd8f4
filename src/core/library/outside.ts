import type { MachineConfig } from '../config.ts';

/**
 * What a machine's configuration has the hypervisor open outside its bundle, each in a line as a
 * person reads it: `disk /srv/data.raw`. A bundle that comes from somebody else could name any file
 * of this user's, so the agent starts such a machine only when the person has agreed to each line.
 * What may be written to is another line than what is only read.
 */
export function outsideOf({ hardware }: MachineConfig): string[] {
  const { disks, iso, vz } = hardware;
  return [
    ...disks
      .filter(({ path }) => path.startsWith('/'))
      .map(({ path, readOnly }) => `disk ${path}${reading(readOnly)}`),
    ...(iso === null ? [] : [`ISO image ${iso}`]),
    ...(vz?.sharedFolders ?? []).map(
      ({ path, readOnly }) => `shared folder ${path}${reading(readOnly)}`,
    ),
    ...(vz?.networkDisks ?? []).map(
      ({ url, readOnly }) => `network disk ${url}${reading(readOnly)}`,
    ),
  ];
}

function reading(readOnly: boolean): string {
  return readOnly ? ' (read-only)' : '';
}
