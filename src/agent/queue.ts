/** Runs one piece of work after the other, in the order in which they were asked for. */
export function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(receivedByCaller);
    return mine;
  };
}

/** A failure reaches whoever asked; the next in the queue has no use for it. */
function receivedByCaller(): void {}
