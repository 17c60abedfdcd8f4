import { stripVTControlCharacters } from 'node:util';

/**
 * The columns that `text` takes on a terminal, colours not counted. The libraries for it take longer
 * to load than all the rest of `torpor list`, and names of machines need less: letters, ideographs,
 * combining marks, emoji.
 */
export function displayWidth(text: string): number {
  const bare = stripVTControlCharacters(text);
  if (asciiOnly.test(bare)) return bare.length;
  let width = 0;
  let joined = false;
  for (const character of bare) {
    const isJoiner = character === '\u200d';
    if (!joined && !isJoiner && !zeroWidth.test(character)) width += wide.test(character) ? 2 : 1;
    joined = isJoiner;
  }
  return width;
}

const asciiOnly = /^[ -~]*$/;

const zeroWidth = /\p{Mn}|\p{Me}|\p{Cf}|\p{Emoji_Modifier}/u;

/** The blocks of East Asian Width W and F (Unicode Standard Annex 11), and emoji shown as pictures. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
