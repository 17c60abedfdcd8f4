import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { heedTermination } from '../../../src/main/lifecycle/termination.ts';

test('SIGTERM quits without asking, before whoever sent it loses patience', () => {
  const program = new EventEmitter();
  const begun: unknown[] = [];
  let now = 1000;
  heedTermination(program, { begin: (...words) => void begun.push(words) }, () => now);
  program.emit('SIGTERM');
  now += 5000;
  program.emit('SIGTERM');
  expect(begun).toEqual([
    ['sessionEnd', 81_000],
    ['sessionEnd', 81_000],
  ]);
});
