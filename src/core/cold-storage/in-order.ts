/**
 * How many chunks are worked on at a time. libuv's pool has 4 threads for everything that the agent
 * does with files; one stays free, so that it answers meanwhile.
 */
export const chunksAtOnce = 3;

/**
 * `work` on each item, `bound` at a time, and `take` with each result in the order of the items, one at a
 * time. When anything fails or the signal aborts, what was begun has ended when this rejects.
 */
export async function inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  work: (item: Item) => Promise<Result>,
  take: (result: Result) => Promise<void>,
  { bound = chunksAtOnce, signal }: { bound?: number; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const begun: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      signal?.throwIfAborted();
      const result = work(item);
      // It may fail before its turn has come to be awaited.
      result.catch(awaitedInTurn);
      begun.push(result);
      if (begun.length >= bound) await takeFirst();
    }
    while (begun.length > 0) await takeFirst();
  } finally {
    await Promise.allSettled(begun);
  }

  async function takeFirst(): Promise<void> {
    const [first] = begun;
    if (first === undefined) return;
    const result = await first;
    begun.shift();
    signal?.throwIfAborted();
    await take(result);
  }
}

function awaitedInTurn(): void {}
