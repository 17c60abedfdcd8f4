import { type Remedy, steps } from '../checks/check.ts';
import type { HostFacts } from '../host/facts.ts';
import type { RestoreImage } from '../image/restore-image.ts';
import type { LoadedTable } from '../known-broken/table.ts';
import type { Words } from '../phrases.ts';
import { majorOf } from '../version.ts';

/** How sure Torpor is: `certain` is what Apple documents, `likely` what others found out. */
export type Certainty = 'certain' | 'likely' | 'possible' | 'unknown';

export interface Explanation {
  /** `VZErrorDomain 10006 (installationRequiresUpdate)` */
  readonly error: string;
  readonly sentence: string;
  readonly certainty: Certainty;
  /** What on this host speaks for it, in sentences. */
  readonly because: readonly string[];
  readonly remedy: Remedy | undefined;
}

export interface ExplainContext {
  readonly host: HostFacts;
  /** The image of the failed installation, when it is known. */
  readonly image: RestoreImage | undefined;
  readonly table: LoadedTable;
  readonly words: Words;
}

export type Meaning = Omit<Explanation, 'error'>;

export function certain(sentence: string, todo: string): Meaning {
  return { sentence, certainty: 'certain', because: [], remedy: steps({ text: todo }) };
}

export function hostMajor(host: HostFacts): number | undefined {
  return host.macos.known ? majorOf(host.macos.value.version) : undefined;
}
