import type { Context } from '../context.ts';

/** Addresses and build numbers as they were typed, files as absolute paths. */
export function imageArgument(typed: string, context: Pick<Context, 'path'>): string {
  const isAddress = /^[a-z][a-z0-9+.-]+:\/\//i.test(typed);
  const isBuild = /^\d{2}[A-Z]\d{1,6}[a-z]?$/.test(typed);
  return isAddress || isBuild ? typed : context.path(typed);
}
