import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFramer, type Frames } from '../../../../src/drivers/qemu/qmp/framing.ts';

const line = fc.record({
  value: fc.jsonValue(),
  before: fc.constantFrom('', ' ', '\r\n', '\n\n'),
  ending: fc.constantFrom('\n', '\r\n', ' \n'),
});

function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const positions = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...positions].map((start, index) => bytes.subarray(start, positions[index]));
}

function read(packets: readonly Uint8Array[], limit?: number): Frames[] {
  const framer = createFramer(limit);
  return packets.map((packet) => framer.push(packet));
}

describe('framing', () => {
  test('gives the same messages however the stream is split', () => {
    const stream = fc.record({
      lines: fc.array(line),
      cuts: fc.array(fc.nat(), { maxLength: 20 }),
    });
    fc.assert(
      fc.property(stream, ({ lines, cuts }) => {
        const text = lines.map((l) => `${l.before}${JSON.stringify(l.value)}${l.ending}`).join('');
        const frames = read(split(Buffer.from(text), cuts));
        expect(frames.flatMap((f) => f.messages)).toEqual(
          lines.map((l) => JSON.parse(JSON.stringify(l.value))),
        );
        expect(frames.some((f) => f.problem !== undefined)).toBe(false);
      }),
    );
  });

  test('puts a character together that was split across packets', () => {
    const bytes = Buffer.from('{"name": "Schildkröte 🐢"}\n');
    const frames = read([...bytes].map((byte) => Uint8Array.of(byte)));
    expect(frames.flatMap((f) => f.messages)).toEqual([{ name: 'Schildkröte 🐢' }]);
  });

  test('counts what is pending of an unfinished line', () => {
    const framer = createFramer();
    framer.push(Buffer.from('{}\n{"a"'));
    expect(framer.pendingBytes()).toBe(4);
    framer.push(Buffer.from(':1}\n'));
    expect(framer.pendingBytes()).toBe(0);
  });

  test('takes a line of exactly the limit, and refuses one byte more, ended or not', () => {
    const packet = (text: string) => [Buffer.from(text)];
    expect(read(packet('"345678"\n'), 8)[0]).toEqual({ messages: ['345678'] });
    for (const text of ['"3456789"\n', '"34567890']) {
      expect(read(packet(`1\n${text}`), 8)[0]).toMatchObject({
        messages: [1],
        problem: { code: 'HYPERVISOR_DISCONNECTED', details: { stage: 'protocol', limit: 8 } },
      });
    }
    expect(read([Buffer.from('"3456'), Buffer.from('7890')], 8)[1]?.problem).toBeDefined();
  });

  test('refuses what is no JSON and what is no UTF-8, and shows how it begins', () => {
    expect(read([Buffer.from('1\nqemu: oh\n2\n')])[0]).toMatchObject({
      messages: [1],
      problem: { code: 'HYPERVISOR_DISCONNECTED', details: { excerpt: 'qemu: oh' } },
    });
    expect(read([Uint8Array.of(0x22, 0xc3, 0x28, 0x22, 0x0a)])[0]?.problem).toBeDefined();
  });
});
