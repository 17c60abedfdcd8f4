const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `bytes` for a person: `412 MiB`, `1.5 GiB`; one digit after the point below ten. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 1023.9 MiB would be printed as 1024 MiB, so the next unit begins where rounding reaches it.
  while (Math.round(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${digits(value)} ${units[unit]}`;
}

export function formatMiB(mebibytes: number): string {
  return formatBytes(mebibytes * 1024 * 1024);
}

function digits(value: number): string {
  return value < 9.95 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
}
