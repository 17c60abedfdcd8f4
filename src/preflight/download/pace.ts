/** How fast a download goes, and how fast it may. Times are milliseconds of a steady clock. */

export interface Pace {
  /** Bytes per second over the last seconds; undefined until there is something to tell. */
  rate(): number | undefined;
  /** Notes bytes that arrived now. */
  note(bytes: number): void;
  /** Milliseconds to wait before the next bytes so as to stay within the limit. */
  owed(): number;
}

/** Longer than the bursts of a network, shorter than people's patience with a wrong figure. */
const windowMs = 8_000;

/** `limit` is bytes per second; undefined for as fast as it goes. */
export function createPace(limit: number | undefined, now: () => number): Pace {
  const samples: { readonly at: number; readonly bytes: number }[] = [];
  const startedAt = now();
  // The moment up to which the bytes so far are paid for at the limit's rate.
  let paidUntil = startedAt;
  return {
    note: (bytes) => {
      const at = now();
      samples.push({ at, bytes });
      while ((samples[0]?.at ?? at) < at - windowMs) samples.shift();
      if (limit !== undefined) paidUntil = Math.max(paidUntil, at) + (bytes / limit) * 1000;
    },
    rate: () => {
      const at = now();
      const recent = samples.filter((sample) => sample.at >= at - windowMs);
      const span = Math.min(windowMs, at - startedAt);
      if (recent.length === 0 || span < 250) return undefined;
      return (recent.reduce((sum, sample) => sum + sample.bytes, 0) / span) * 1000;
    },
    owed: () => Math.max(0, paidUntil - now()),
  };
}

export function secondsLeft(
  rest: number | undefined,
  rate: number | undefined,
): number | undefined {
  return rest === undefined || rate === undefined || rate <= 0 ? undefined : rest / rate;
}
