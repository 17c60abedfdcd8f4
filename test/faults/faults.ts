import type { FaultPoint } from '../../src/core/fault-point.ts';

/** What is made to happen at a point. */
export const faults = [
  'agent dies',
  'guest dies',
  'both die',
  'ENOSPC',
  'EIO',
  'EACCES',
  'EMFILE',
  'delay',
  'client leaves',
] as const;

export type Fault = (typeof faults)[number];
export type Errno = Extract<Fault, `E${string}`>;

export function isErrno(fault: Fault): fault is Errno {
  return /^E[A-Z]+$/.test(fault);
}

/** As a system call of Node’s fails. */
export function systemError(code: Errno): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: made to fail by the test`), { code, syscall: 'test' });
}

/** Points after which nothing can fail any more: what follows only tells of the success. */
const last: readonly FaultPoint[] = [
  'commit.written',
  'suspend.ended',
  'create.listed',
  'delete.removed',
];

/** Whether `fault` can happen at `point`. */
export function canMeet(fault: Fault, point: FaultPoint, withGuest: boolean): boolean {
  if (isErrno(fault)) return !last.includes(point);
  if (fault === 'guest dies' || fault === 'both die') return withGuest;
  return true;
}

/** Points that lie in the QEMU driver, or that only its guests pass. */
export const ofQemu =
  /^(save|load|open)\.|^adopt\.(recorded|connected)$|^suspend\.(expected|given-back)$/;
