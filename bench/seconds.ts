/** How long `work` takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return secondsSince(started);
}

export function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
