/** Loaded when something is deleted, which is seldom: it takes five megabytes. */
export async function systemTrash(path: string): Promise<void> {
  const { default: trash } = await import('trash');
  await trash(path, { glob: false });
}
