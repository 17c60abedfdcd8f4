/** `seconds` for a person: `0.03 s`, `4.2 s`, `48 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.995) return `${trimmed(seconds, 2)} s`;
  if (seconds < 9.95) return `${trimmed(seconds, 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const spans = [
  { unit: 'year', ms: 365 * 86_400_000 },
  { unit: 'month', ms: 30 * 86_400_000 },
  { unit: 'week', ms: 7 * 86_400_000 },
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
] as const;

/** How far `then` lies back: `just now`, `2 hours ago`. Both in milliseconds since 1970. */
export function formatAgo(then: number, now: number): string {
  const passed = now - then;
  const span = spans.find(({ ms }) => passed >= ms);
  if (span === undefined) return 'just now';
  const count = Math.floor(passed / span.ms);
  return `${count} ${span.unit}${count === 1 ? '' : 's'} ago`;
}

/** The time of day at `ms`, as the user's clock shows it. */
export function formatClock(ms: number): string {
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

function trimmed(value: number, decimals: number): string {
  return String(Number(value.toFixed(decimals)));
}
