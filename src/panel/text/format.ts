/** Amounts and times in the words of one language. */
export interface Format {
  /** `412 MiB`, `1.5 GiB`; one digit after the point below ten. */
  bytes(bytes: number): string;
  mebibytes(mebibytes: number): string;
  /** A fraction as `42 %`. */
  percent(fraction: number): string;
  /** `2 hours ago`; both in milliseconds since 1970. */
  ago(then: number, now: number): string;
  /** `4 s`, `3 min`; rounded up, for what is still to come. */
  duration(milliseconds: number): string;
  date(time: number | string): string;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

const spans = [
  { unit: 'year', ms: 365 * 86_400_000 },
  { unit: 'month', ms: 30 * 86_400_000 },
  { unit: 'week', ms: 7 * 86_400_000 },
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
] as const;

export function createFormat(language: string, justNow: string): Format {
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const share = new Intl.NumberFormat(language, { style: 'percent' });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const dates = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });

  const bytes = (amount: number): string => {
    let value = amount;
    let unit = 0;
    // 1023.9 MiB would be shown as 1024 MiB, so the next unit begins where rounding reaches it.
    while (Math.round(value) >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return `${(value < 9.95 ? tenths : whole).format(value)}\u00a0${units[unit]}`;
  };

  return {
    bytes,
    mebibytes: (mebibytes) => bytes(mebibytes * 1024 * 1024),
    percent: (fraction) => share.format(Math.floor(Math.min(1, fraction) * 100) / 100),
    ago(then, now) {
      const passed = now - then;
      const span = spans.find(({ ms }) => passed >= ms);
      return span ? relative.format(-Math.floor(passed / span.ms), span.unit) : justNow;
    },
    duration(milliseconds) {
      const seconds = Math.ceil(milliseconds / 1000);
      if (seconds < 60) return `${whole.format(Math.max(1, seconds))}\u00a0s`;
      if (seconds < 3600) return `${whole.format(Math.ceil(seconds / 60))}\u00a0min`;
      return `${tenths.format(seconds / 3600)}\u00a0h`;
    },
    date: (time) => dates.format(new Date(time)),
  };
}
