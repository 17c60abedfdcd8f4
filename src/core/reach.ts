import type { Driver, Place } from './driver.ts';

/**
 * Does `work` while the machine's files outside its bundle may be used, which a sandbox asks the driver
 * for. Throws what `Driver.reach` throws, and what `work` does.
 */
export async function withReach<T>(
  driver: Driver,
  place: Pick<Place, 'bundle' | 'config'>,
  work: () => Promise<T>,
): Promise<T> {
  const leave = await driver.reach?.(place);
  try {
    return await work();
  } finally {
    leave?.();
  }
}
