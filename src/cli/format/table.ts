import Table from 'cli-table3';

/** Columns set apart by spaces, without lines; counts characters as wide as terminals show them. */
export function plainTable(rows: readonly (readonly string[])[]): string[] {
  const style = { 'padding-left': 0, 'padding-right': 0, border: [], head: [] };
  const table = new Table({ chars: noLines, style });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '   ',
} as const;
