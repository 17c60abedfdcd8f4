/** Sizes, times and sentences as people read them. Gigabytes are decimal, as Apple shows them. */

export function gigabytes(bytes: number): string {
  const value = bytes / 1e9;
  return `${value >= 10 ? Math.round(value) : Math.round(value * 10) / 10} GB`;
}

export function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** `12 s`, `4 min`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A name at the beginning of a sentence; macOS keeps its small m. */
export function capital(text: string): string {
  if (text.startsWith('macOS')) return text;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
