import { describe, expect, test } from 'vitest';
import { TorporError } from '../../src/core/errors.ts';
import {
  assertCanPerform,
  inFlightStatuses,
  isBusy,
  isInFlight,
  type MachineStatus,
  operations,
  possibleOperations,
  settledStatuses,
  transitionOf,
} from '../../src/core/status.ts';

const statuses: readonly MachineStatus[] = [...settledStatuses, ...inFlightStatuses];
const everyPair = operations.flatMap((operation) =>
  statuses.map((status) => ({ operation, status })),
);

describe('the transition table', () => {
  test('says of each status what can be done in it', () => {
    expect(
      Object.fromEntries(statuses.map((status) => [status, possibleOperations(status)])),
    ).toEqual({
      stopped: ['start', 'startCold', 'configure', 'rename', 'clone', 'delete'],
      running: ['pause', 'suspend', 'requestStop', 'forceStop', 'screenshot', 'console'],
      paused: ['resume', 'suspend', 'forceStop', 'screenshot', 'console'],
      suspended: ['startCold', 'restore', 'discardState', 'configure', 'rename', 'clone', 'delete'],
      broken: ['delete'],
      starting: [],
      pausing: [],
      resuming: [],
      suspending: [],
      restoring: [],
      stopping: ['forceStop'],
    });
  });

  test('leads from settled statuses to settled ones, by way of those in flight', () => {
    for (const operation of operations) {
      const { from, via, to } = transitionOf(operation);
      expect(from.length).toBeGreaterThan(0);
      if (via !== undefined) expect(inFlightStatuses).toContain(via);
      if (to !== undefined) expect(settledStatuses).toContain(to);
    }
  });

  test('a status is settled or in flight', () => {
    expect(statuses.filter(isInFlight)).toEqual(inFlightStatuses);
  });

  test.each(everyPair)(
    '$operation of a $status machine is possible or the right error',
    ({ operation, status }) => {
      const attempt = (): void => assertCanPerform(operation, status, 'Demo');
      if (possibleOperations(status).includes(operation)) return expect(attempt).not.toThrow();
      const error = thrownBy(attempt);
      expect(error.code).toBe(expectedCode(status));
      expect(error.message).toMatch(/^“Demo” is \w+ and cannot .+\.$/);
      expect(error.hint).toMatch(/\.$/);
      expect(error.details).toMatchObject({ operation, status });
    },
  );

  test('an error names what the status would have to be', () => {
    const error = thrownBy(() => assertCanPerform('restore', 'running', 'Demo'));
    expect(error.message).toBe('“Demo” is running and cannot be restored.');
    expect(error.hint).toBe('It has to be suspended for that.');
  });

  test('what is busy is said to be, for every operation', () => {
    for (const operation of operations) {
      const { code, message } = isBusy(operation, 'Demo');
      expect(code).toBe('BUSY');
      expect(message).toMatch(/^“Demo” is busy and cannot .+ now\.$/);
    }
  });
});

function expectedCode(status: MachineStatus): string {
  if (isInFlight(status)) return 'BUSY';
  return status === 'broken' ? 'MACHINE_BROKEN' : 'WRONG_STATUS';
}

function thrownBy(attempt: () => void): TorporError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof TorporError) return error;
  }
  throw new Error('expected a TorporError');
}
