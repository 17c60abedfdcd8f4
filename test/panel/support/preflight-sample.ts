import type { PreflightReport } from '../../../src/contract/preflight.ts';
import type { DriverReport } from '../../../src/contract/requests.ts';

export const driverReports: readonly DriverReport[] = [
  {
    driver: 'qemu',
    displayName: 'QEMU',
    available: true,
    version: '7.2.22 (Debian 1:7.2+dfsg-7)',
    problem: null,
    facts: [
      { subject: 'Program', verdict: 'good', text: '/usr/bin/qemu-system-x86_64' },
      { subject: 'Firmware', verdict: 'good', text: '/usr/share/OVMF/OVMF_CODE_4M.fd' },
      {
        subject: 'Acceleration',
        verdict: 'note',
        text: 'tcg: /dev/kvm cannot be opened, so guests run slowly.',
      },
    ],
  },
];

export const report: PreflightReport = {
  image: 'macOS 27.2 beta (26C5033h)',
  verdict: {
    answer: 'no',
    sentence:
      'This Mac cannot install macOS 27.2 beta yet. Its device support is too old: it has MobileDevice 1746.4, the image asks for 1790.2.',
    restart: false,
    alternatives: [{ text: 'Install macOS 27.1, which this Mac can install as it is.' }],
    todo: [
      {
        text: 'Install Xcode 27.2 beta, open it once, and let it install its components.',
        command: 'xcodebuild -runFirstLaunch',
      },
      {
        text: 'Then check again: Torpor reads everything anew.',
        button: { label: 'Check Again', action: { kind: 'check-again' } },
      },
    ],
    results: [
      {
        id: 'device-support',
        title: 'Device support',
        outcome: 'fail',
        sentence: 'MobileDevice 1746.4 is older than the 1790.2 that the image asks for.',
        evidence: [
          {
            what: 'MobileDevice',
            found: '1746.4',
            needed: '1790.2',
            source: 'BuildManifest.plist of the image',
          },
        ],
        remedy: {
          steps: [
            {
              text: 'Install Xcode 27.2 beta, open it once, and let it install its components.',
              command: 'xcodebuild -runFirstLaunch',
            },
            {
              text: 'Then check again: Torpor reads everything anew.',
              button: { label: 'Check Again', action: { kind: 'check-again' } },
            },
          ],
        },
      },
      {
        id: 'host-version',
        title: 'macOS version',
        outcome: 'pass',
        sentence: 'macOS 27.1 is new enough.',
        evidence: [],
      },
      {
        id: 'signing',
        title: 'Signing',
        outcome: 'unknown',
        sentence: 'Apple’s server could not be asked whether it still signs this build.',
        evidence: [],
      },
    ],
  },
};
