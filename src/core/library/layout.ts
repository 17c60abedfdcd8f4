import { join } from 'node:path';

/**
 * Every file and directory that Torpor keeps, by name. docs/bundle-format.md explains them to people.
 *
 *   Library/
 *     .torpor/agent.lock        kernel lock of the one agent that owns the library
 *     .torpor/agent.json        where that agent listens; says nothing about whether it still runs
 *     .torpor/agent.log         what the agent did, bounded; .1 is the older half
 *     .torpor/agreed.json       what machines may use outside their bundles, as a person agreed
 *     .torpor/downloads/        what is known of restore images that are or were downloaded
 *     .torpor/staging/ID/       bundles being created, cloned or deleted
 *     Name.torpor/              a bundle: one machine
 *     Restore Images/           what was downloaded, for a person to see; no machine needs it
 */
export const bundleSuffix = '.torpor';

export function libraryLayout(library: string) {
  const hidden = join(library, '.torpor');
  return {
    hidden,
    lock: join(hidden, 'agent.lock'),
    record: join(hidden, 'agent.json'),
    log: join(hidden, 'agent.log'),
    agreed: join(hidden, 'agreed.json'),
    staging: join(hidden, 'staging'),
    downloads: join(hidden, 'downloads'),
    images: join(library, 'Restore Images'),
  };
}

export type LibraryLayout = ReturnType<typeof libraryLayout>;

/**
 *   Name.torpor/
 *     machine.json              configuration; the bundle is broken without it
 *     disks/                    disk images
 *     boot/                     kernel and initrd of a direct kernel boot
 *     firmware/variables.fd     UEFI variables
 *     access.json               bookmarks of files outside, of a sandboxed app alone
 *     process.json              where the running hypervisor process is; absent when none should run
 *     last-frame.png            the display just before the last suspension
 *     state/                    memory of the machine, live or saved
 *       memory.bin              guest memory (instant mode): mapped by the hypervisor while it runs
 *       device.state            devices (instant mode)
 *       stream.state            devices and memory (streamed mode)
 *       compacted.state         all of the above in one file, when the state was compacted
 *       manifest.json           makes the rest a saved state; written last
 *       consumed.json           the manifest again, after the guest went on from it
 *       used.json               the ids of states that the guest went on from
 *       digests.json            of all contents, made after the suspension
 *     set-aside/STAMP/          states that were not used, with set-aside.json saying why
 *     log/serial.log            serial console, bounded; .1 is the older half
 *     log/hypervisor.log        what the hypervisor printed, bounded; .1 is the end of the part before
 */
export function bundleLayout(bundle: string) {
  const state = join(bundle, 'state');
  const log = join(bundle, 'log');
  return {
    config: join(bundle, 'machine.json'),
    disks: join(bundle, 'disks'),
    boot: join(bundle, 'boot'),
    firmware: join(bundle, 'firmware'),
    firmwareVariables: join(bundle, 'firmware', 'variables.fd'),
    access: join(bundle, 'access.json'),
    process: join(bundle, 'process.json'),
    lastFrame: join(bundle, 'last-frame.png'),
    state,
    memory: join(state, 'memory.bin'),
    deviceState: join(state, 'device.state'),
    streamState: join(state, 'stream.state'),
    compactedState: join(state, 'compacted.state'),
    manifest: join(state, 'manifest.json'),
    consumed: join(state, 'consumed.json'),
    used: join(state, 'used.json'),
    digests: join(state, 'digests.json'),
    setAside: join(bundle, 'set-aside'),
    log,
    serialLog: join(log, 'serial.log'),
    hypervisorLog: join(log, 'hypervisor.log'),
  };
}

export type BundleLayout = ReturnType<typeof bundleLayout>;

/** What a clone takes over; everything else is the life of the one machine. */
export const clonedEntries = ['disks', 'boot', 'firmware'] as const;
