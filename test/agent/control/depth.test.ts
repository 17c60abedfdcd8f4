import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nestsDeeperThan } from '../../../src/agent/control/depth.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test('the depth of any JSON text is what its value has', () => {
  const brackets = fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', 'a') });
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      brackets,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(brackets, tie('tree'), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.boolean(), (value, isSpaced) => {
      const text = JSON.stringify(value, null, isSpaced ? 2 : 0);
      const depth = depthOf(value);
      expect(nestsDeeperThan(depth, text)).toBe(false);
      expect(nestsDeeperThan(depth - 1, text)).toBe(true);
    }),
  );
});
