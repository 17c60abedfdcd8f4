import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDeframer, frame } from './framing.ts';

test('messages come out whole, wherever the pipe cuts them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ text: fc.string({ unit: 'grapheme' }) })),
      fc.integer({ min: 1, max: 7 }),
      (messages, size) => {
        const bytes = Buffer.from(messages.map(frame).join(''));
        const received: unknown[] = [];
        const take = createDeframer((text) => received.push(JSON.parse(text)));
        for (let at = 0; at < bytes.length; at += size) take(bytes.subarray(at, at + size));
        expect(received).toEqual(messages);
      },
    ),
  );
});
