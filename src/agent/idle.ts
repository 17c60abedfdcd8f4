/** When a guest counts as idle: neither its CPUs nor a person did anything for a while. */

/** What is known of a running guest at one moment. */
export interface Look {
  /** Milliseconds of a clock that never goes back. */
  readonly at: number;
  /** CPU time that the guest has used so far; undefined when it could not be read. */
  readonly cpuSeconds: number | undefined;
  /** When a person last typed, clicked or made it run; the clock of `at`. */
  readonly lastInput: number;
}

/** The last look, and since when the guest has been quiet. */
export interface Quiet {
  readonly at: number;
  readonly cpuSeconds: number | undefined;
  readonly since: number;
}

/** Milliseconds between two looks. */
export const lookInterval = 60_000;

/**
 * The share of one CPU below which a guest does nothing: systems that nobody uses take up to a few per
 * cent for their timers, and more of them under emulation.
 */
const quietShare = 0.1;

/** A look that comes much later than it should tells of a host that slept: nobody could use the guest. */
const longestGap = 5 * lookInterval;

/**
 * What a look adds to what was known. Quiet begins with the first look, and anew with CPU use, with
 * input, with a gap between looks, and whenever the CPU time cannot be told or went back.
 */
export function lookAt(before: Quiet | undefined, { at, cpuSeconds, lastInput }: Look): Quiet {
  const isQuiet = before !== undefined && isBetween(before, { at, cpuSeconds });
  return { at, cpuSeconds, since: isQuiet ? Math.max(before.since, lastInput) : at };
}

function isBetween(before: Quiet, { at, cpuSeconds }: Pick<Look, 'at' | 'cpuSeconds'>): boolean {
  const passed = at - before.at;
  if (passed > longestGap || cpuSeconds === undefined || before.cpuSeconds === undefined) {
    return false;
  }
  const used = (cpuSeconds - before.cpuSeconds) * 1000;
  return used >= 0 && used <= passed * quietShare;
}

/** Whether the guest has been quiet for `minutes`. */
export function isIdle({ at, since }: Quiet, minutes: number): boolean {
  return at - since >= minutes * 60_000;
}
