import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Line, linesOf } from '../../../src/agent/control/lines.ts';

async function* inChunks(bytes: Uint8Array, sizes: readonly number[]) {
  let start = 0;
  for (const size of sizes) {
    yield bytes.subarray(start, start + size);
    start += size;
  }
  yield bytes.subarray(start);
}

async function collect(lines: AsyncIterable<Line>): Promise<Line[]> {
  const found: Line[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

test('lines are the same however the bytes are cut', async () => {
  const text = fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll(/[\r\n]/g, '').trim());
  await fc.assert(
    fc.asyncProperty(fc.array(text), fc.array(fc.nat(7)), async (texts, sizes) => {
      const bytes = Buffer.from(texts.map((one) => `${one}\n`).join(''));
      const expected = texts
        .filter((one) => one !== '')
        .map((one) => ({ kind: 'text', text: one }));
      expect(await collect(linesOf(inChunks(bytes, sizes)))).toEqual(expected);
    }),
  );
});

test('a line above the bound is the last thing heard, also one that never ends', async () => {
  async function* endless() {
    yield Buffer.from('fine\n');
    while (true) yield Buffer.alloc(10, 'x');
  }
  expect(await collect(linesOf(endless(), 100))).toEqual([
    { kind: 'text', text: 'fine' },
    { kind: 'overlong' },
  ]);
});

test('bytes that are not UTF-8 spoil their own line only', async () => {
  const bytes = Buffer.concat([Buffer.from('a\n'), Buffer.from([0xc3, 0x0a]), Buffer.from('b')]);
  expect(await collect(linesOf(inChunks(bytes, [])))).toEqual([
    { kind: 'text', text: 'a' },
    { kind: 'notUtf8' },
    { kind: 'text', text: 'b' },
  ]);
});
