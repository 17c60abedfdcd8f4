import { expect, test } from 'vitest';
import { addCounts, countCheck, describeCounts, type Report } from './tally.ts';

const report: Report = {
  numPassedTests: 5,
  numFailedTests: 1,
  numPendingTests: 2,
  numTodoTests: 1,
  testResults: [{ status: 'failed', assertionResults: [{}] }],
};

test('a check without a report counts as one', () => {
  expect(countCheck({ exitStatus: 0 })).toEqual({ passed: 1, failed: 0, skipped: 0 });
  expect(countCheck({ exitStatus: 2 })).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('a report counts its tests, and todo as skipped', () => {
  expect(countCheck({ exitStatus: 1, report })).toEqual({ passed: 5, failed: 1, skipped: 3 });
});

test('a file that cannot be loaded is a failure', () => {
  const unloaded = { status: 'failed', assertionResults: [] };
  const counts = countCheck({
    exitStatus: 1,
    report: { ...report, testResults: [...report.testResults, unloaded] },
  });
  expect(counts.failed).toBe(2);
});

test('a failed run is a failure even when no test is to blame', () => {
  const counts = countCheck({
    exitStatus: 1,
    report: { ...report, numFailedTests: 0, testResults: [] },
  });
  expect(counts).toEqual({ passed: 5, failed: 1, skipped: 3 });
});

test('counts add up, and skipped tests are named only when there are any', () => {
  const some = { passed: 1, failed: 2, skipped: 3 };
  expect(describeCounts(addCounts(some, some))).toBe('2 passed, 4 failed, 6 skipped');
  expect(describeCounts({ passed: 4, failed: 0, skipped: 0 })).toBe('4 passed, 0 failed');
});
