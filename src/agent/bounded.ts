import { availableParallelism } from 'node:os';

/** How many machines are saved or brought back at a time: disks and cores are shared by all of them. */
export function defaultConcurrency(): number {
  return Math.min(4, availableParallelism());
}

/**
 * `work` on every item, at most `bound` at a time, begun in the order of the items; the results in
 * the same order. When one rejects no further ones begin.
 */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  bound: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.max(1, bound) }, worker));
  return results;
}
