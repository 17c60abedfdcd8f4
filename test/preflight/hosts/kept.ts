/**
 * Hosts kept as folders, to look at and to try the command line with. After a change here run
 * `node test/preflight/hosts/kept.ts`; a test says when that was forgotten.
 */
import { join } from 'node:path';
import { type HostSpec, writeHost } from './describe.ts';

export const keptHosts: Readonly<Record<string, HostSpec>> = {
  'macos-13-without-device-support': { version: '13.7.6', build: '22H625', mobileDevice: '1400' },
  'macos-15-xcode-never-opened': {
    version: '15.6.1',
    build: '24G90',
    mobileDevice: '1774',
    xcodes: [{ version: '26.0', build: '17A324', opened: false }],
  },
  'macos-15-device-support-undone': {
    version: '15.7.5',
    build: '24G617',
    mobileDevice: '1774',
    receiptAt: '2025-09-20T10:00:00Z',
    updates: [
      ['macOS 15.6.1', '2025-08-20T08:00:00Z'],
      ['macOS 15.7.5', '2026-03-02T08:00:00Z'],
    ],
  },
  'macos-26-5-with-bad-device-support': {
    version: '26.5.1',
    build: '25F80',
    mobileDevice: '1827.100.14',
    updatedMobileDevice: '1840',
  },
  'macos-26-6-ready': {
    version: '26.6.2',
    build: '25G82',
    mobileDevice: '1827.100.14',
    updatedMobileDevice: '1853',
    xcodes: [{ version: '27.0', build: '27A266a', opened: true }],
  },
};

if (import.meta.main) {
  for (const [name, spec] of Object.entries(keptHosts)) {
    await writeHost(join(import.meta.dirname, name), spec);
  }
}
