/** What a person sets for the whole app; policies of one machine are in its configuration. */
export interface Settings {
  readonly launchAtLogin: boolean;
  readonly language: 'system' | 'en' | 'de';
  readonly notifications: boolean;
  /** As Electron writes it, `CommandOrControl+Alt+T`; null for none. */
  readonly shortcut: string | null;
  /** The folder of bundles. A change takes effect when the app starts again. */
  readonly library: string;
  /** When the host goes to sleep. */
  readonly onSleep: 'suspend' | 'leave';
  /** Suspend below this much battery, in per cent; null for never. */
  readonly batteryPercent: number | null;
  /** Suspend a guest that nobody and nothing has used for so long; null for never. */
  readonly idleMinutes: number | null;
  /** Delete states that were set aside so many days ago; null for never. The last of a machine stays. */
  readonly setAsideDays: number | null;
  /** Compact states that are older than so many days; null for never. */
  readonly compactAfterDays: number | null;
  /** Make digests of what a saved state depends on after each suspension, for “torpor verify”. */
  readonly makeDigests: boolean;
  /** Whether the saved states of new machines are encrypted unless a person says otherwise. */
  readonly encryptNewStates: boolean;
  /** How many machines are suspended or restored at a time; null leaves it to the app. */
  readonly concurrency: number | null;
}

export type SettingsChanges = Partial<Settings>;
