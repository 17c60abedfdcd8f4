/**
 * What a page shows of “can this computer install that image”: plain data, in the shape in which
 * src/preflight gives its verdict.
 */
export interface PreflightReport {
  /** What was asked about: the name, version and build of the image, or its file or address. */
  readonly image: string;
  readonly verdict: PreflightVerdict;
}

export interface PreflightVerdict {
  readonly answer: 'yes' | 'yes-with-warnings' | 'no' | 'cannot-tell';
  /** The whole in one or two sentences. */
  readonly sentence: string;
  readonly results: readonly PreflightResult[];
  /** What to do, in order, without repetitions. */
  readonly todo: readonly PreflightStep[];
  readonly restart: boolean;
  /** Other ways to the same end. */
  readonly alternatives: readonly PreflightStep[];
}

export interface PreflightResult {
  readonly id: string;
  readonly title: string;
  readonly outcome: 'pass' | 'warn' | 'fail' | 'unknown';
  readonly sentence: string;
  readonly evidence: readonly PreflightEvidence[];
  /** What to do about this one, in order. */
  readonly remedy?: { readonly steps: readonly PreflightStep[] } | undefined;
}

export interface PreflightEvidence {
  readonly what: string;
  readonly found: string;
  readonly needed?: string;
  readonly source: string;
}

export interface PreflightStep {
  readonly text: string;
  /** A command for a terminal. */
  readonly command?: string;
  readonly button?: { readonly label: string; readonly action: PreflightAction };
}

export type PreflightAction =
  | { readonly kind: 'open-address'; readonly url: string }
  | { readonly kind: 'open-app'; readonly path: string }
  | { readonly kind: 'open-software-update' }
  | { readonly kind: 'choose-image' }
  | { readonly kind: 'check-again' };
