import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { faultPoints } from '../../src/core/fault-point.ts';
import { faults } from './faults.ts';
import type { Finding } from './ledger.ts';

/**
 * What has to come of each fault with QEMU guests. Trying all takes long, so a run may try some and compare
 * those; docs/reliability.md is drawn from here.
 */
const file = fileURLToPath(new URL('./qemu-findings.json', import.meta.url));

const row = z.tuple([z.string(), z.enum(faultPoints), z.enum(faults), z.string()]);

export function knownFindings(): Finding[] {
  return z
    .array(row)
    .parse(JSON.parse(readFileSync(file, 'utf8')))
    .map(([scenario, point, fault, outcome]) => ({ scenario, point, fault, outcome }));
}

/** Keeps what was found now, and of what was known what was not tried. */
export function keepFindings(
  found: readonly Finding[],
  isTried: (finding: Finding) => boolean,
  inOrder: (finding: Finding) => number,
): void {
  const rows = [...knownFindings().filter((one) => !isTried(one)), ...found]
    .sort((a, b) => inOrder(a) - inOrder(b))
    .map(({ scenario, point, fault, outcome }) =>
      JSON.stringify([scenario, point, fault, outcome]),
    );
  writeFileSync(file, `[\n${rows.map((one) => `  ${one}`).join(',\n')}\n]\n`);
}

export function keyOf({ scenario, point, fault }: Omit<Finding, 'outcome'>): string {
  return `${scenario}, ${point}, ${fault}`;
}
