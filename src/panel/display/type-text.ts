/**
 * The X keysyms that type `text`: Latin-1 characters are their own, others are 0x01000000 and the
 * code point, as X11's keysymdef.h has it. Line ends are Return; other control characters are left out.
 */
export function keysymsOf(text: string): number[] {
  return [...text.replaceAll('\r\n', '\n')].flatMap((character) => {
    const point = character.codePointAt(0) ?? 0;
    if (character === '\n' || character === '\r') return [0xff0d];
    if (character === '\t') return [0xff09];
    if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return [];
    return [point <= 0xff ? point : 0x01000000 + point];
  });
}
