import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { faultPoints } from '../../src/core/fault-point.ts';
import { faults } from './faults.ts';
import type { Finding } from './ledger.ts';

/**
 * What came of each fault with QEMU guests, as found the last time. Trying all takes long, so a run may
 * try some and compare those; docs/reliability.md is drawn from here.
 */
const file = fileURLToPath(new URL('./qemu-findings.json', import.meta.url));

const row = z.tuple([z.string(), z.enum(faultPoints), z.enum(faults), z.string()]);

export function knownFindings(): Finding[] {
  return z
    .array(row)
    .parse(JSON.parse(readFileSync(file, 'utf8')))
    .map(([scenario, point, fault, outcome]) => ({ scenario, point, fault, outcome }));
}

/** Keeps what was found now, and of what was known the rest. */
export function keepFindings(
  found: readonly Finding[],
  inOrder: (finding: Finding) => number,
): void {
  const all = new Map(knownFindings().map((one) => [keyOf(one), one]));
  for (const one of found) all.set(keyOf(one), one);
  const rows = [...all.values()]
    .sort((a, b) => inOrder(a) - inOrder(b))
    .map(({ scenario, point, fault, outcome }) =>
      JSON.stringify([scenario, point, fault, outcome]),
    );
  writeFileSync(file, `[\n${rows.map((one) => `  ${one}`).join(',\n')}\n]\n`);
}

export function keyOf({ scenario, point, fault }: Omit<Finding, 'outcome'>): string {
  return `${scenario}, ${point}, ${fault}`;
}
