import { stripVTControlCharacters } from 'node:util';

/** `text` without what would steer a terminal: guests, files and folders are named by others. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, (character) =>
    character === '\t' || character === '\n' ? character : '',
  );
}
