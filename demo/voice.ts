/** How the demo speaks: to a person as it goes, or one JSON object at the end. */
export interface Voice {
  step(text: string): void;
  detail(text: string): void;
  result(facts: DemoResult): void;
}

export interface DemoResult {
  /** Computed: the same secret, a counter that went on, the same memory, and no QEMU in between. */
  readonly continuity: boolean;
  readonly nonceBefore: string;
  readonly nonceAfter: string;
  readonly counterBefore: number;
  readonly counterAfter: number;
  readonly memoryMiB: number;
  readonly suspendSeconds: number;
  readonly resumeSeconds: number;
  readonly stateBytes: number;
  readonly accelerator: string;
}

export function createVoice(json: boolean): Voice {
  if (json) {
    // Steps go to standard error, so that the last line of standard output is the object.
    return {
      step: (text) => console.error(text),
      detail: (text) => console.error(`  ${text}`),
      result: (facts) => console.log(JSON.stringify(facts)),
    };
  }
  return {
    step: (text) => console.log(`\n${text}`),
    detail: (text) => console.log(`  ${text}`),
    result: (facts) => console.log(`\n${summary(facts)}`),
  };
}

function summary(facts: DemoResult): string {
  const verdict = facts.continuity
    ? 'The guest noticed nothing.'
    : 'The guest did NOT go on where it was.';
  const size = mib(facts.stateBytes / 2 ** 20);
  return `${verdict} Suspended in ${facts.suspendSeconds.toFixed(2)} s, back in ${facts.resumeSeconds.toFixed(2)} s, ${size} on disk, ${facts.accelerator}.`;
}

export function mib(mebibytes: number): string {
  if (mebibytes >= 1024) return `${(mebibytes / 1024).toFixed(1)} GiB`;
  if (mebibytes >= 1) return `${Math.round(mebibytes)} MiB`;
  return `${Math.ceil(mebibytes * 1024)} KiB`;
}
