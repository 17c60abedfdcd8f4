import { describe, expect, test, vi } from 'vitest';
import { TorporError } from '../../src/core/errors.ts';
import { createOperationSlot, type OperationSlot } from '../../src/core/operation.ts';
import type { MachineStatus } from '../../src/core/status.ts';

/** Runs as Machine does: in the status that the slot shows, or `settled` when it shows none. */
function begin(slot: OperationSlot, settled: MachineStatus = 'running') {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const work = vi.fn((signal: AbortSignal, _onProgress: (amount: Amount) => void) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    return promise;
  });
  const status = slot.progress?.status ?? settled;
  return { work, resolve, reject, status };
}

interface Amount {
  readonly phase?: 'expanding' | 'encrypting';
  readonly done: number;
  readonly total: number;
}

describe('the operation slot', () => {
  test('shows the operation in flight and its progress, and tells of every change', async () => {
    const onChange = vi.fn();
    const slot = createOperationSlot(onChange);
    const { work, resolve } = begin(slot);
    const done = slot.run('suspend', 'running', 'Demo', work);
    expect(slot.progress).toMatchObject({ status: 'suspending', amount: null, cancellable: true });
    work.mock.calls[0]?.[1]({ done: 1, total: 2 });
    expect(slot.progress?.amount).toEqual({ done: 1, total: 2 });
    resolve();
    await done;
    expect(slot.progress).toBeUndefined();
    expect(onChange).toHaveBeenCalledTimes(3);
  });

  test('counts the time of a phase of its own from where that began', async () => {
    vi.useFakeTimers({ now: 1000 });
    try {
      const slot = createOperationSlot(() => {});
      const { work, resolve } = begin(slot, 'suspended');
      const done = slot.run('restore', 'suspended', 'Demo', work);
      const at = (now: number, amount: Amount) => {
        vi.setSystemTime(now);
        work.mock.calls[0]?.[1](amount);
        return slot.progress?.startedAt;
      };
      expect(at(2000, { done: 1, total: 2, phase: 'expanding' })).toBe(2000);
      expect(at(3000, { done: 2, total: 2, phase: 'expanding' })).toBe(2000);
      expect(at(4000, { done: 1, total: 9 })).toBe(4000);
      resolve();
      await done;
    } finally {
      vi.useRealTimers();
    }
  });

  test('refuses what the status does not allow, without running it', async () => {
    const slot = createOperationSlot(() => {});
    const { work } = begin(slot);
    await expect(slot.run('restore', 'running', 'Demo', work)).rejects.toMatchObject({
      code: 'WRONG_STATUS',
    });
    expect(work).not.toHaveBeenCalled();
    expect(slot.progress).toBeUndefined();
  });

  test.each([
    ['suspend', 'running'],
    ['discardState', 'suspended'],
    ['configure', 'stopped'],
    ['requestStop', 'running'],
  ] as const)('never runs a second operation beside %s', async (operation, status) => {
    const slot = createOperationSlot(() => {});
    const first = begin(slot, status);
    const done = slot.run(operation, status, 'Demo', first.work);
    for (const [next, inStatus] of [
      ['restore', 'suspended'],
      ['configure', 'suspended'],
      ['forceStop', 'stopping'],
      ['pause', 'running'],
    ] as const) {
      const second = begin(slot, inStatus);
      await expect(slot.run(next, inStatus, 'Demo', second.work)).rejects.toMatchObject({
        code: 'BUSY',
      });
      expect(second.work).not.toHaveBeenCalled();
    }
    first.resolve();
    await done;
    await slot.run('pause', 'running', 'Demo', async () => {});
  });

  test('an operation that the status does not show has no progress', async () => {
    const slot = createOperationSlot(() => {});
    const { work, resolve } = begin(slot);
    const done = slot.run('discardState', 'suspended', 'Demo', work);
    expect(slot.progress).toBeUndefined();
    expect(slot.cancel()).toBe(false);
    resolve();
    await done;
  });

  test('is free again after a failure, which the caller receives', async () => {
    const slot = createOperationSlot(() => {});
    const failure = new TorporError('HYPERVISOR_FAILED', 'It failed.');
    await expect(slot.run('pause', 'running', 'Demo', () => Promise.reject(failure))).rejects.toBe(
      failure,
    );
    const thrown = new Error('thrown before it began');
    const throws = (): Promise<void> => {
      throw thrown;
    };
    await expect(slot.run('pause', 'running', 'Demo', throws)).rejects.toBe(thrown);
    expect(slot.progress).toBeUndefined();
    await slot.run('pause', 'running', 'Demo', async () => {});
  });

  test.each([
    ['suspend', 'running', true],
    ['restore', 'suspended', true],
    ['requestStop', 'running', true],
    ['pause', 'running', false],
    ['start', 'stopped', false],
  ] as const)('cancelling %s of a %s machine: %s', async (operation, status, expected) => {
    const slot = createOperationSlot(() => {});
    const { work, resolve } = begin(slot);
    const done = slot.run(operation, status, 'Demo', work).catch((error: unknown) => error);
    expect(slot.progress?.cancellable).toBe(expected);
    expect(slot.cancel()).toBe(expected);
    if (!expected) resolve();
    expect(await done).toEqual(
      expected ? expect.objectContaining({ name: 'AbortError' }) : undefined,
    );
    expect(slot.cancel()).toBe(false);
  });

  test('waiting for the end takes a failure for an end, and clearing asks for it', async () => {
    const slot = createOperationSlot(() => {});
    await slot.settled();
    const { work } = begin(slot);
    const done = slot.run('pause', 'running', 'Demo', work).catch((error: unknown) => error);
    const settled = slot.settled();
    await slot.clear();
    await settled;
    expect(slot.progress).toBeUndefined();
    expect(await done).toMatchObject({ name: 'AbortError' });
  });
});
