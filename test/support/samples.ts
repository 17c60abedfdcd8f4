import { randomUUID } from 'node:crypto';
import { defaultPolicy, type Hardware, type MachineConfig } from '../../src/core/config.ts';
import type { Manifest } from '../../src/core/saved-state/manifest.ts';

/** Hardware in which every field holds something, so that a test can change each. */
export const sampleHardware: Hardware = {
  architecture: 'x86_64',
  machineType: 'pc-q35-7.2',
  cpuModel: 'max',
  cpus: 2,
  memoryMiB: 512,
  boot: { kind: 'kernel', kernel: 'boot/vmlinuz', initrd: 'boot/initrd', commandLine: 'quiet' },
  disks: [{ id: 'vda', path: 'disks/vda.raw', format: 'raw', readOnly: false }],
  iso: '/srv/install.iso',
  network: { kind: 'user', mac: '52:54:00:12:34:56' },
  display: 'vnc',
};

export function sampleConfig(changes: Partial<MachineConfig> = {}): MachineConfig {
  return {
    formatVersion: 1,
    id: randomUUID(),
    name: 'Sample',
    createdAt: '2026-11-24T12:00:00.000Z',
    driver: 'memory',
    hardware: sampleHardware,
    policy: defaultPolicy,
    ...changes,
  };
}

const digest = 'ab'.repeat(32);
const fingerprint = { bytes: 4096, modifiedAt: '1764000000123456789', sample: digest };

export function sampleManifest(changes: Partial<Manifest> = {}): Manifest {
  return {
    formatVersion: 1,
    id: randomUUID(),
    machineId: randomUUID(),
    createdAt: '2026-11-24T12:00:00.000Z',
    torporVersion: '0.1.0',
    reason: 'user',
    wasPaused: false,
    mode: 'instant',
    files: [{ name: 'device.state', bytes: 1000, sha256: digest }],
    memory: {
      name: 'memory.bin',
      bytes: 2 ** 40,
      dataBytes: 2 ** 30,
      inode: '12345',
      modifiedAt: '1764000000987654321',
    },
    hypervisor: {
      driver: 'memory',
      version: '7.2.22',
      machineType: 'pc-q35-7.2',
      accelerator: 'tcg',
      cpuModel: 'max',
      cpuFeatures: ['aes', 'sse2'],
    },
    host: { id: 'host', userId: 1000 },
    hardware: sampleHardware,
    disks: [{ id: 'vda', path: 'disks/vda.raw', fingerprint }],
    firmwareVariables: fingerprint,
    ...changes,
  };
}
