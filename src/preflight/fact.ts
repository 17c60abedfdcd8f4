/**
 * Something that preflight found out, or could not. A fact always says where it was read, so that a
 * person can look for themselves, and an unknown one says why, so that no check takes it for a yes.
 */
export type Fact<T> =
  | { readonly known: true; readonly value: T; readonly source: string }
  | { readonly known: false; readonly reason: string; readonly source: string };

export function known<T>(value: T, source: string): Fact<T> {
  return { known: true, value, source };
}

/** `reason` completes "It is not known because ...", without a full stop. */
export function unknown(reason: string, source: string): Fact<never> {
  return { known: false, reason, source };
}

export function valueIn<T>(fact: Fact<T>): T | undefined {
  return fact.known ? fact.value : undefined;
}
