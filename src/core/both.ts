/**
 * As Promise.all for two, but settles when both have: what one of them did must not be undone while
 * the other still works. Throws the first one's error when both fail.
 */
export async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}
