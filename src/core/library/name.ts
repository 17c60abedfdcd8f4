import { bundleSuffix } from './layout.ts';

/** File systems allow 255 bytes; room is left for the suffix and a number. */
const maxNameBytes = 220;

/**
 * The folder name for a machine called `name`: the name itself where a file system can hold it, with
 * the characters that separate paths replaced and the length cut at a whole character.
 */
export function folderNameFor(name: string): string {
  const safe = name
    .normalize('NFC')
    .replaceAll(/[/\\:]/g, '-')
    .replace(/^\./, '-');
  // One character with hundreds of accents is longer than all the room there is.
  const stem = cutToBytes(safe, maxNameBytes) || 'machine';
  return `${stem}${bundleSuffix}`;
}

/**
 * `folder`, or the first of `folder 2`, `folder 3`, … that is not taken; compared as the more
 * forgiving file systems do, without case and however accents are written.
 */
export function firstFree(folder: string, names: Iterable<string>): string {
  const taken = new Set([...names].map(fold));
  const stem = folder.slice(0, -bundleSuffix.length);
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? folder : `${stem} ${number}${bundleSuffix}`;
    if (!taken.has(fold(candidate))) return candidate;
  }
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function cutToBytes(text: string, limit: number): string {
  let kept = '';
  let bytes = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    bytes += Buffer.byteLength(segment);
    if (bytes > limit) break;
    kept += segment;
  }
  return kept;
}
