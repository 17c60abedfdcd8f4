import type { AppState } from '../../../src/contract/app-state.ts';
import type { DownloadView, ListedImage } from '../../../src/contract/downloads.ts';
import type { PreflightVerdict } from '../../../src/contract/preflight.ts';
import type { DriverReport } from '../../../src/contract/requests.ts';
import { report } from './preflight-sample.ts';
import { state, usual } from './samples.ts';

/** A Mac that can make macOS machines. */
export const vzReport: DriverReport = {
  ...{ driver: 'vz', displayName: 'Apple Virtualization', facts: [] },
  ...{ available: true, version: '26.6.2', problem: null },
};

const good: PreflightVerdict = {
  answer: 'yes',
  sentence: 'This Mac has everything that macOS 26.6.2 (25G82) asks for.',
  results: [
    {
      id: 'device-support',
      title: 'Device support',
      outcome: 'pass',
      sentence: 'MobileDevice 1827.100.14 is what the image asks for.',
      evidence: [],
    },
  ],
  ...{ todo: [], restart: false, alternatives: [] },
};

const address = (build: string): string => `https://example.com/UniversalMac_${build}_Restore.ipsw`;

export const listed: readonly ListedImage[] = [
  {
    ...{ url: address('26C5033h'), name: 'macOS 27.2 beta (26C5033h)', bytes: 26_538_648_422 },
    ...{ verdict: report.verdict, problem: null },
  },
  {
    ...{ url: address('25G82'), name: 'macOS 26.6.2 (25G82)', bytes: 19_900_000_000 },
    ...{ verdict: good, problem: null },
  },
  {
    ...{ url: address('24G90'), name: 'macOS 15.6.1 (24G90)', bytes: null, verdict: null },
    problem: {
      code: 'REMOTE_FAILED',
      message: 'example.com has no image at this address (HTTP 404).',
      hint: 'Check the address; images are sometimes withdrawn.',
    },
  },
];

export const moving = { phase: 'downloading', rate: 24_000_000, secondsLeft: 1018 } as const;

export function download(changes: Partial<DownloadView> = {}): DownloadView {
  return {
    id: 'UniversalMac_25G82_Restore.ipsw',
    name: 'macOS 26.6.2 (25G82)',
    url: address('25G82'),
    path: '/Users/ada/Torpor/Restore Images/UniversalMac_25G82_Restore.ipsw',
    phase: 'downloading',
    done: 7_400_000_000,
    total: 19_900_000_000,
    rate: 24_000_000,
    secondsLeft: 520,
    note: null,
    problem: null,
    ...changes,
  };
}

/** The usual machines, and these downloads. */
export function downloading(...downloads: readonly DownloadView[]): AppState {
  return { ...state(usual), downloads };
}

export const stoppedDownload = download({
  ...{ id: 'macOS_27.2_26C5033h.ipsw', name: 'macOS 27.2 beta (26C5033h)', phase: 'stopped' },
  ...{ url: address('26C5033h'), done: 2_100_000_000, total: 26_538_648_422 },
  ...{ rate: null, secondsLeft: null },
});
