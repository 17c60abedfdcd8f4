import type { AppInfo } from '../../../src/contract/app.ts';
import type {
  AppState,
  MachineDetail,
  MachineStatus,
  MachineView,
  Operation,
} from '../../../src/contract/app-state.ts';
import type { Settings } from '../../../src/contract/settings.ts';

/** The moment at which every sample is looked at. */
export const now = Date.parse('2026-11-24T14:00:00Z');
const minute = 60_000;

const operations: Record<MachineStatus, readonly Operation[]> = {
  stopped: ['start', 'startCold', 'configure', 'rename', 'clone', 'delete'],
  running: ['pause', 'suspend', 'requestStop', 'forceStop', 'screenshot', 'console'],
  paused: ['resume', 'suspend', 'forceStop', 'screenshot', 'console'],
  suspended: ['startCold', 'restore', 'discardState', 'configure', 'rename', 'clone', 'delete'],
  broken: ['delete'],
  starting: [],
  pausing: [],
  resuming: [],
  suspending: [],
  restoring: [],
  stopping: ['forceStop'],
};

/** A machine in `status`, with what belongs to that status; `changes` have the last word. */
export function machine(
  name: string,
  status: MachineStatus,
  changes: Partial<MachineView> = {},
): MachineView {
  return {
    id: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    name,
    path: `/home/ada/Torpor/${name}.torpor`,
    status,
    driver: 'qemu',
    memoryMiB: 2048,
    cpus: 2,
    savedState:
      status === 'suspended' || status === 'restoring'
        ? {
            createdAt: new Date(now - 2 * 60 * minute).toISOString(),
            bytes: 734_003_200,
            reason: 'quit',
            mode: 'instant',
            wasPaused: false,
          }
        : null,
    problem: null,
    progress: null,
    operations: operations[status],
    lastUsed: now - 3 * 24 * 60 * minute,
    ...changes,
  };
}

/** A machine in the middle of an operation, three seconds after it began. */
export function busy(
  name: string,
  status: 'suspending' | 'restoring' | 'starting' | 'stopping',
  fraction: number | null,
): MachineView {
  const total = 2 * 1024 ** 3;
  return machine(name, status, {
    progress: {
      status,
      startedAt: now - 3000,
      amount: fraction === null ? null : { done: total * fraction, total },
      cancellable: true,
    },
  });
}

export function state(machines: readonly MachineView[], free = 212 * 1024 ** 3): AppState {
  return {
    revision: 1,
    agent: {
      version: '0.1.0',
      pid: 4242,
      startedAt: new Date(now - 60 * minute).toISOString(),
      phase: 'ready',
    },
    library: {
      path: '/home/ada/Torpor',
      space: { available: free, total: 1000 * 1024 ** 3 },
      problem: null,
    },
    machines,
    creations: [],
    downloads: [],
    outlook: null,
  };
}

export const usual: readonly MachineView[] = [
  machine('Debian 13', 'running', { memoryMiB: 4096 }),
  machine('Windows 11', 'suspended', { memoryMiB: 8192 }),
  busy('Build server', 'suspending', 0.42),
  machine('FreeBSD 15', 'paused', { memoryMiB: 1024 }),
  machine('Fedora 43', 'stopped'),
];

export const refused = machine('Windows 11', 'suspended', {
  problem: {
    code: 'STATE_DOES_NOT_FIT',
    message:
      'The saved state of “Windows 11” does not fit the machine as it is now (memoryMiB: 8192 → 4096; disk vda: written 2026-11-23T18:04:11.000Z → written 2026-11-24T09:12:40.000Z).',
    hint: 'Put it right, or start cold: the state is then set aside and the guest boots. Nothing was changed.',
    details: {
      differences: [
        { what: 'memoryMiB', saved: '8192', now: '4096' },
        {
          what: 'disk vda',
          saved: 'written 2026-11-23T18:04:11.000Z',
          now: 'written 2026-11-24T09:12:40.000Z',
        },
      ],
    },
  },
});

export const troubled: readonly MachineView[] = [
  refused,
  machine('Debian 13', 'running', {
    problem: {
      code: 'NO_SPACE',
      message: '“Debian 13” could not be suspended: the volume is full.',
      hint: 'The guest runs on and nothing was lost. Free some space and try again.',
    },
  }),
  machine('Old bundle', 'broken', {
    id: '',
    memoryMiB: null,
    cpus: null,
    driver: null,
    lastUsed: 0,
    problem: {
      code: 'CONFIG_TOO_NEW',
      message: 'machine.json was written by a newer Torpor.',
      hint: 'It has format 3; this version knows 1. Update Torpor to use it.',
    },
  }),
];

export const longName =
  'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft '
    .repeat(3)
    .slice(0, 200)
    .trim();

/** Fifty machines in every settled status; one has a name of 200 characters. */
export const many: readonly MachineView[] = Array.from({ length: 50 }, (_, index) => {
  const statuses = ['suspended', 'running', 'stopped', 'paused', 'suspended'] as const;
  const name = index === 2 ? longName : `Machine ${String(index + 1).padStart(2, '0')}`;
  return machine(name, statuses[index % statuses.length] ?? 'stopped', { id: `machine-${index}` });
});

export function detailOf(view: MachineView): MachineDetail {
  return {
    ...view,
    config: {
      formatVersion: 1,
      id: '3f0c2f0e-8b1c-4c53-9f0e-0a4f6d1c2b3a',
      name: view.name,
      createdAt: '2026-10-01T08:00:00.000Z',
      driver: 'qemu',
      hardware: {
        architecture: 'x86_64',
        machineType: 'pc-q35-7.2',
        cpuModel: 'host',
        cpus: view.cpus ?? 2,
        memoryMiB: view.memoryMiB ?? 2048,
        boot: { kind: 'uefi' },
        disks: [{ id: 'vda', path: 'disks/vda.qcow2', format: 'qcow2', readOnly: false }],
        iso: '/home/ada/Downloads/debian-13.1.0-amd64-netinst.iso',
        network: { kind: 'user', mac: '52:54:00:12:34:56' },
        display: view.driver === 'vz' ? 'window' : 'vnc',
      },
      policy: {
        onQuit: 'suspend',
        onLaunch: 'resume',
        stateMode: 'instant',
        stopDeadlineSeconds: 60,
      },
    },
    choices: view.driver === 'vz' ? ['memoryTarget', 'window'] : [],
    missing: [],
    setAside: [
      {
        bytes: 900 * 1024 ** 2,
        path: `${view.path}/set-aside/2026-11-20T10-00-00-000Z-1a2b`,
        at: '2026-11-20T10:00:00.000Z',
        reason: 'The machine was started cold.',
      },
    ],
    consoleTail: [
      '[    0.000000] Linux version 6.12.48+deb13-amd64',
      '[    1.204511] EXT4-fs (vda1): mounted filesystem with ordered data mode',
      '[\u001b[32m  OK  \u001b[0m] Started ssh.service - OpenBSD Secure Shell server.',
      '[\u001b[32m  OK  \u001b[0m] Reached target multi-user.target - Multi-User System.',
      '',
      'Debian GNU/Linux 13 debian ttyS0',
      '',
      'debian login: ',
    ].join('\n'),
  };
}

export const info: AppInfo = {
  version: '0.1.0',
  platform: 'linux',
  components: [
    { name: 'Electron', version: '45.4.1' },
    { name: 'Chromium', version: '156.0.7801.12' },
    { name: 'Node.js', version: '24.21.0' },
    { name: 'QEMU', version: '7.2.22' },
  ],
  drivers: ['qemu'],
  logPath: '/home/ada/Torpor/.torpor/agent.log',
  host: { cpus: 8, memoryMiB: 16_384 },
};

export const settings: Settings = {
  launchAtLogin: true,
  language: 'en',
  notifications: true,
  shortcut: 'Control+Alt+T',
  library: '/home/ada/Torpor',
  onSleep: 'suspend',
  batteryPercent: 10,
  idleMinutes: null,
  setAsideDays: null,
  compactAfterDays: null,
  makeDigests: false,
  encryptNewStates: false,
  concurrency: null,
};

const gib = 1024 ** 3;

/** Suspended machines whose states something is done to, and one whose state is unpacked to come back. */
export const kept: readonly MachineView[] = [
  machine('Debian 13', 'suspended', {
    check: { doing: 'verify', amount: { done: 0.3 * gib, total: gib } },
  }),
  machine('Windows 11', 'suspended', { compaction: { done: 0.62 * gib, total: gib } }),
  machine('FreeBSD 15', 'suspended', { check: { doing: 'digest', amount: null } }),
  machine('Build server', 'restoring', {
    progress: {
      status: 'restoring',
      startedAt: now - 3000,
      amount: { done: 0.5 * gib, total: gib, phase: 'expanding' },
      cancellable: true,
    },
  }),
];
