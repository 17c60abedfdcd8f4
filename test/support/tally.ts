/**
 * Counts what script/test has run: `node test/support/tally.ts FOLDER`. The folder holds NAME.status, a
 * check's exit status, and for checks by vitest NAME.json, its report. Prints which checks failed and last
 * the counts, of a check without a report as one, and exits with 1 when anything failed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** What is used of vitest's JSON report, a superset of Jest's. */
const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

export type Report = z.infer<typeof reportSchema>;

export interface Check {
  readonly name: string;
  readonly exitStatus: number;
  readonly report?: Report | undefined;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A check that failed counts as at least one failure, also when no test of it was to blame. */
export function countCheck({ exitStatus, report }: Omit<Check, 'name'>): Counts {
  if (report === undefined) {
    return exitStatus === 0
      ? { passed: 1, failed: 0, skipped: 0 }
      : { passed: 0, failed: 1, skipped: 0 };
  }
  // A file that cannot be loaded has failed without any test in it.
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failed = report.numFailedTests + unloaded.length;
  return {
    passed: report.numPassedTests,
    failed: exitStatus === 0 ? failed : Math.max(failed, 1),
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

export function describeCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

function readChecks(folder: string): Check[] {
  const files = readdirSync(folder);
  return files
    .filter((file) => file.endsWith('.status'))
    .map((file) => {
      const name = file.replace(/\.status$/, '');
      const report = `${name}.json`;
      return {
        name,
        exitStatus: Number(readFileSync(join(folder, file), 'utf8')),
        report: files.includes(report)
          ? reportSchema.parse(JSON.parse(readFileSync(join(folder, report), 'utf8')))
          : undefined,
      };
    });
}

const [, script, folder] = process.argv;
if (folder !== undefined && script !== undefined && resolve(script) === import.meta.filename) {
  const checks = readChecks(folder);
  const failed = checks.filter((check) => countCheck(check).failed > 0).map(({ name }) => name);
  const counts = checks.map(countCheck).reduce(addCounts, { passed: 0, failed: 0, skipped: 0 });
  if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}`);
  console.log(describeCounts(counts));
  process.exitCode = counts.failed === 0 ? 0 : 1;
}
