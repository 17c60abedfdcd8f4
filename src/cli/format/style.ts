import { styleText } from 'node:util';
import type { MachineStatus } from '../../contract/app-state.ts';

export interface Styles {
  heading(text: string): string;
  faint(text: string): string;
  bad(text: string): string;
  status(text: string, status: MachineStatus): string;
  verdict(text: string, verdict: 'good' | 'note' | 'bad'): string;
}

type Format = Parameters<typeof styleText>[0];

/** Colours say again what the words say, and never more. */
export function styles(color: boolean): Styles {
  const paint = (format: Format, text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text;
  return {
    heading: (text) => paint('bold', text),
    faint: (text) => paint('dim', text),
    bad: (text) => paint('red', text),
    status: (text, status) => paint(statusFormats[status] ?? 'cyan', text),
    verdict: (text, verdict) => paint(verdictFormats[verdict], text),
  };
}

const statusFormats: Partial<Record<MachineStatus, Format>> = {
  running: 'green',
  paused: 'yellow',
  suspended: 'blue',
  stopped: 'dim',
  broken: 'red',
};

const verdictFormats = { good: 'green', note: 'yellow', bad: 'red' } as const;
