import type { Schema } from 'electron-store';
import { defaultAgentSettings, numberLimits } from '../../agent/settings.ts';
import type { Settings } from '../../contract/settings.ts';

/** As the file holds them: the library is null while nobody has named another one. */
export interface Stored extends Omit<Settings, 'library'> {
  readonly library: string | null;
}

export const defaults: Stored = {
  launchAtLogin: false,
  language: 'system',
  notifications: true,
  shortcut: null,
  library: null,
  onSleep: 'leave',
  batteryPercent: 5,
  encryptNewStates: false,
  ...defaultAgentSettings,
};

/** What a value may be, for the file and for what a page sends alike. */
export const schema: Schema<Stored> = {
  launchAtLogin: { type: 'boolean' },
  language: { type: 'string', enum: ['system', 'en', 'de'] },
  notifications: { type: 'boolean' },
  shortcut: { type: ['string', 'null'], minLength: 1, maxLength: 100 },
  library: { type: ['string', 'null'], pattern: '^/', maxLength: 4096 },
  onSleep: { type: 'string', enum: ['suspend', 'leave'] },
  encryptNewStates: { type: 'boolean' },
  batteryPercent: { type: ['integer', 'null'], minimum: 1, maximum: 99 },
  idleMinutes: { type: ['integer', 'null'], ...numberLimits.idleMinutes },
  setAsideDays: { type: ['integer', 'null'], ...numberLimits.setAsideDays },
  compactAfterDays: { type: ['integer', 'null'], ...numberLimits.compactAfterDays },
  makeDigests: { type: 'boolean' },
  concurrency: { type: ['integer', 'null'], ...numberLimits.concurrency },
};
