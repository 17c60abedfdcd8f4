import bplistCreator from 'bplist-creator';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TorporError } from '../../../src/core/errors.ts';
import { parsePlist } from '../../../src/preflight/image/plist.ts';
import { manifestBounds } from '../../../src/preflight/image/plist-value.ts';

const parse = (content: string | Uint8Array, bounds = manifestBounds) =>
  parsePlist(pieces(Buffer.from(content)), bounds);

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1 << 16) yield bytes.subarray(at, at + (1 << 16));
}

async function reason(content: string | Uint8Array, bounds = manifestBounds): Promise<string> {
  const error = await parse(content, bounds).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TorporError);
  expect(error).toMatchObject({ code: 'IMAGE_INVALID' });
  return error instanceof Error ? error.message : '';
}

const plist = (inside: string): string =>
  `<?xml version="1.0"?><plist version="1.0">${inside}</plist>`;

describe('XML', () => {
  test('of every kind of value, also when characters are cut between chunks', async () => {
    const text = plist(
      '<dict><key>a</key><string>grün &amp; &lt;b&gt;</string><key>b</key><integer>-7</integer>' +
        '<key>c</key><true/><key>d</key><array><real>1.5</real><data>aGk=</data></array>' +
        '<key>e</key><date>2026-06-08T17:00:00Z</date><key>f</key><string></string></dict>',
    );
    const bytes = Buffer.from(text);
    const whole = await parsePlist([bytes], manifestBounds);
    const cut = await parsePlist(
      Array.from(bytes, (byte) => Uint8Array.of(byte)),
      manifestBounds,
    );
    expect(cut).toEqual(whole);
    expect(whole).toEqual(
      new Map<string, unknown>([
        ['a', 'grün & <b>'],
        ['b', -7],
        ['c', true],
        ['d', [1.5, Buffer.from('hi')]],
        ['e', new Date('2026-06-08T17:00:00Z')],
        ['f', ''],
      ]),
    );
  });

  test('leaves out what is skipped, and still checks it', async () => {
    const inside =
      '<dict><key>big</key><array><string>x</string></array><key>b</key><true/></dict>';
    const skip = (path: readonly string[]): boolean => path.at(-1) === 'big';
    expect(await parsePlist([Buffer.from(plist(inside))], manifestBounds, skip)).toEqual(
      new Map([['b', true]]),
    );
    const broken = plist(inside.replace('</string>', '</integer>'));
    await expect(parsePlist([Buffer.from(broken)], manifestBounds, skip)).rejects.toThrow();
  });

  test('with entities of its own, however many, is refused', async () => {
    const lol = `<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>`;
    expect(await reason(`<?xml version="1.0"?>${lol}<plist><string>&b;</string></plist>`)).toMatch(
      /well-formed/,
    );
    const file = '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>';
    await reason(`${file}<plist><string>&x;</string></plist>`);
  });

  test.each([
    ['too deep', plist('<array>'.repeat(100_000)), /deeper/],
    ['too many values', plist(`<array>${'<true/>'.repeat(500_000)}</array>`), /more than 400000/],
    ['one endless string', plist(`<string>${'x'.repeat(2 << 20)}</string>`), /longer/],
    [
      'full of text',
      plist(`<array>${`<string>${'x'.repeat(1000)}</string>`.repeat(5000)}</array>`),
      /too much text/,
    ],
    ['one endless comment', `<plist><!--${'x'.repeat(2 << 20)}--><true/></plist>`, /longer/],
    ['no plist', '<html></html>', /starts with <html>/],
    ['cut', '<plist><dict><key>a</key>', /well-formed/],
    ['a key without value', plist('<dict><key>a</key></dict>'), /no value/],
    ['a value without key', plist('<dict><true/></dict>'), /no key/],
    ['two values', plist('<true/><true/>'), /more than one/],
    ['nothing', plist(''), /empty/],
    ['a strange element', plist('<script/>'), /no element/],
    ['a number that is none', plist('<integer>many</integer>'), /number/],
    ['no text at all', '', /./],
  ])('that is %s is refused', async (_, content, message) => {
    expect(await reason(content)).toMatch(message);
  });

  test('larger than its bound is refused as soon as it is', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('<plist><array>');
      for (;;) {
        given += 1;
        yield Buffer.alloc(1 << 16, ' ');
      }
    }
    await expect(parsePlist(endless(), { ...manifestBounds, bytes: 1 << 20 })).rejects.toThrow(
      /larger/,
    );
    expect(given).toBeLessThan(20);
  });
});

describe('binary', () => {
  test('is the same list', async () => {
    const list = { a: 'x', b: 7, c: [true, 1.5, 'grün'], d: { e: 'deep' } };
    expect(await parse(bplistCreator(list))).toEqual(
      new Map<string, unknown>([
        ['a', 'x'],
        ['b', 7],
        ['c', [true, 1.5, 'grün']],
        ['d', new Map([['e', 'deep']])],
      ]),
    );
  });

  test('that refers to one object a million million times is refused at once', async () => {
    // Forty arrays, each holding the next one twice: 350 bytes that expand to 2^40 values.
    const objects = Array.from({ length: 40 }, (_, index) =>
      index === 39 ? Buffer.from([0x09]) : Buffer.from([0xa2, index + 1, index + 1]),
    );
    const deep = { ...manifestBounds, depth: 100 };
    expect(await reason(assemble(objects), deep)).toMatch(/more than 400000 values/);
    expect(await reason(assemble(objects))).toMatch(/deeper/);
  });

  test.each([
    ['contains itself', [Buffer.from([0xa1, 0])], /contains itself|deeper/],
    ['refers to nothing', [Buffer.from([0xa1, 9])], /not there/],
    ['has an array beyond its end', [Buffer.from([0xaf, 0x13, 0, 0, 0, 9, 0, 0, 0, 0])], /outside/],
    ['has text beyond its end', [Buffer.from([0x5f, 0x12, 0x7f, 0xff, 0xff, 0xff])], /outside/],
    ['has a length that is no number', [Buffer.from([0x5f, 0x55])], /length/],
  ])('that %s is refused', async (_, objects, message) => {
    expect(await reason(assemble(objects))).toMatch(message);
  });

  test('however damaged, is read or refused', async () => {
    const whole = bplistCreator({ a: [1, 2, { b: 'text' }], c: 'more text', d: 1.25 });
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        const outcome = await parse(bytes).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'IMAGE_INVALID' });
      }),
      { numRuns: 1000 },
    );
  });
});

function assemble(objects: readonly Buffer[]): Buffer {
  const head = Buffer.from('bplist00');
  const offsets: number[] = [];
  let at = head.length;
  for (const object of objects) {
    offsets.push(at);
    at += object.length;
  }
  const table = Buffer.alloc(offsets.length * 2);
  for (const [index, offset] of offsets.entries()) table.writeUInt16BE(offset, index * 2);
  const trailer = Buffer.alloc(32);
  trailer.writeUInt8(2, 6);
  trailer.writeUInt8(1, 7);
  trailer.writeBigUInt64BE(BigInt(objects.length), 8);
  trailer.writeBigUInt64BE(BigInt(at), 24);
  return Buffer.concat([head, ...objects, table, trailer]);
}
