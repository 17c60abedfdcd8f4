import { stripVTControlCharacters } from 'node:util';

/**
 * `text` without what would steer a terminal or turn its reading direction: guests, files and folders
 * are named by others.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\p{Cc}/gu, (character) =>
      character === '\t' || character === '\n' ? character : '',
    )
    .replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, '');
}

/** As `printable`, for a line that holds colours of ours. */
export function printableLine(line: string): string {
  // A colour changes nothing but the colour; what stands between is as strict as everywhere.
  return line
    .split(colour)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join('');
}

const colour = new RegExp(
  String.raw`(${String.fromCharCode(0x1b)}\[(?:[1-9]|2[0-7]|3\d)?(?:;\d{1,2})?m)`,
);

/** JSON has no need of these, and JSON.stringify leaves them: a terminal may take U+009B for ESC [. */
export function printableJson(value: unknown, space?: number): string {
  const text = JSON.stringify(value, null, space) ?? 'null';
  return text.replaceAll(
    /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
