import type { HostFacts } from '../host/facts.ts';
import type { RestoreImage } from '../image/restore-image.ts';
import type { LoadedTable } from '../known-broken/table.ts';
import type { Words } from '../phrases.ts';

/** What the new machine will be given, and where. Sizes are bytes. */
export interface InstallPlan {
  readonly diskBytes: number;
  /** Room for its saved states; a state is at most the machine's memory and some. */
  readonly savedStateBytes: number;
  readonly cpus: number;
  readonly memoryMiB: number;
  /** The image lies on this computer already and need not be downloaded. */
  readonly imageIsLocal: boolean;
}

export interface CheckContext {
  readonly image: RestoreImage;
  readonly host: HostFacts;
  readonly plan: InstallPlan;
  readonly table: LoadedTable;
  readonly words: Words;
  readonly now: Date;
}

export type Outcome = 'pass' | 'warn' | 'fail' | 'unknown';

/** What was compared with what, and where each came from. */
export interface Evidence {
  readonly what: string;
  readonly found: string;
  readonly needed?: string;
  readonly source: string;
}

export type ButtonAction =
  | { readonly kind: 'open-address'; readonly url: string }
  | { readonly kind: 'open-app'; readonly path: string }
  | { readonly kind: 'open-software-update' }
  | { readonly kind: 'choose-image' }
  | { readonly kind: 'check-again' };

export interface Button {
  readonly label: string;
  readonly action: ButtonAction;
}

export interface Step {
  readonly text: string;
  readonly command?: string;
  readonly button?: Button;
}

/** What to do, in this order; `alternatives` are other ways to the same end. */
export interface Remedy {
  readonly steps: readonly Step[];
  readonly restart: boolean;
  readonly alternatives: readonly Step[];
}

export interface CheckResult {
  readonly id: string;
  /** A few words for a list: `Device support`. */
  readonly title: string;
  readonly outcome: Outcome;
  readonly sentence: string;
  readonly evidence: readonly Evidence[];
  readonly remedy: Remedy | undefined;
  /** Results of one cause need one remedy: that of the first, which is the most precise. */
  readonly cause?: 'device-support';
}

export interface Check {
  readonly id: string;
  readonly title: string;
  /** Undefined when there is nothing to check, for instance because nobody asked for it. */
  run(context: CheckContext): Finding | undefined;
}

export type Finding = Omit<CheckResult, 'id' | 'title'>;

export function pass(sentence: string, evidence: readonly Evidence[] = []): Finding {
  return { outcome: 'pass', sentence, evidence, remedy: undefined };
}

export function found(
  outcome: Exclude<Outcome, 'pass'>,
  sentence: string,
  evidence: readonly Evidence[],
  remedy?: Remedy,
): Finding {
  return { outcome, sentence, evidence, remedy };
}

/** A finding whose cause is that device support is, or may be, too old. */
export function aboutDeviceSupport(...parts: Parameters<typeof found>): Finding {
  return { ...found(...parts), cause: 'device-support' };
}

export const checkAgain: Step = {
  text: 'Then check again: Torpor reads everything anew.',
  button: { label: 'Check Again', action: { kind: 'check-again' } },
};

export function steps(...list: readonly Step[]): Remedy {
  return { steps: list, restart: false, alternatives: [] };
}
