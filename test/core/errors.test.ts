import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  assertNever,
  type ErrorCode,
  errnoOf,
  exitCodeOf,
  exitCodes,
  fromProblem,
  isErrorCode,
  TorporError,
  toProblem,
  toTorporError,
} from '../../src/core/errors.ts';

describe('any error becomes one of ours', () => {
  test('ours stays itself', () => {
    const ours = new TorporError('BUSY', 'Wait.');
    expect(toTorporError(ours)).toBe(ours);
  });

  test.each([
    ['ENOSPC', 'NO_SPACE'],
    ['EDQUOT', 'NO_SPACE'],
    ['EACCES', 'PERMISSION_DENIED'],
    ['EPERM', 'PERMISSION_DENIED'],
    ['EROFS', 'PERMISSION_DENIED'],
    ['EIO', 'SYSTEM_CALL_FAILED'],
    ['ENOENT', 'SYSTEM_CALL_FAILED'],
  ])('%s becomes %s, with the cause kept', (errno, code) => {
    const cause = Object.assign(new Error(`${errno}: it failed, write`), { code: errno });
    const error = toTorporError(cause);
    expect(error.code).toBe(code);
    expect(error.message).toContain(errno);
    expect(error.cause).toBe(cause);
  });

  test('a real system error becomes SYSTEM_CALL_FAILED', async () => {
    const cause = await readFile('/no/such/file').catch((error: unknown) => error);
    expect(errnoOf(cause)).toBe('ENOENT');
    expect(toTorporError(cause).code).toBe('SYSTEM_CALL_FAILED');
  });

  test('an abort becomes CANCELLED', () => {
    expect(toTorporError(AbortSignal.abort().reason).code).toBe('CANCELLED');
  });

  test.each([
    new Error('surprise'),
    Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' }),
    Object.assign(new Error('x'), { code: 7 }),
  ])('what nobody expected is a fault of ours: %s', (cause) => {
    const error = toTorporError(cause);
    expect(error.code).toBe('INTERNAL');
    expect(error.cause).toBe(cause);
    expect(error.hint).toContain('report');
  });

  test('whatever is thrown, the answer is a problem with a code and a message', () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        const { code, message } = toProblem(thrown);
        expect(isErrorCode(code)).toBe(true);
        expect(typeof message).toBe('string');
      }),
    );
  });
});

describe('a problem', () => {
  test('carries what a client needs and not the cause', () => {
    const error = new TorporError('NO_SPACE', 'Full.', {
      hint: 'Free some.',
      details: { missingBytes: 5 },
      cause: new Error('/home/somebody/secret'),
    });
    expect(toProblem(error)).toEqual({
      code: 'NO_SPACE',
      message: 'Full.',
      hint: 'Free some.',
      details: { missingBytes: 5 },
    });
    expect(toProblem(new TorporError('BUSY', 'Wait.'))).toEqual({ code: 'BUSY', message: 'Wait.' });
  });

  test('survives the way to a client and back', () => {
    const problem = toProblem(new TorporError('NO_SPACE', 'Full.', { hint: 'Free some.' }));
    const back = fromProblem(JSON.parse(JSON.stringify(problem)));
    expect(back).toBeInstanceOf(TorporError);
    expect(toProblem(back)).toEqual(problem);
  });
});

describe('codes', () => {
  test.each<[ErrorCode, number]>([
    ['INTERNAL', 1],
    ['BAD_REQUEST', 2],
    ['NO_SUCH_MACHINE', 3],
    ['WRONG_STATUS', 4],
    ['STATE_DAMAGED', 5],
    ['STATE_DOES_NOT_FIT', 5],
    ['BUSY', 6],
    ['LIBRARY_IN_USE', 6],
    ['HYPERVISOR_UNAVAILABLE', 7],
    ['NO_SPACE', 8],
  ])('%s exits with %i', (code, exit) => {
    expect(exitCodeOf(code)).toBe(exit);
  });

  test('the exit codes are those that docs/cli.md promises', () => {
    expect(Object.values(exitCodes)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12]);
  });

  test.each(['', 'toString', '__proto__', 'busy', 6, null])('%j is no code', (value) => {
    expect(isErrorCode(value)).toBe(false);
  });

  test('a case that a switch forgot is a fault of ours', () => {
    const forgotten: string = 'new';
    const pass: (value: never) => never = assertNever;
    expect(() => Reflect.apply(pass, undefined, [forgotten])).toThrow('Unexpected value: "new"');
  });
});
