import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { MachineView } from '../../contract/app-state.ts';
import type { Store } from './store.ts';

/** The pictures of machines, asked for while somebody looks and not otherwise. */
export interface Frames {
  /** A data URL; null while there is no picture. */
  of(key: string): ReadonlySignal<string | null>;
  /** Says that the machine's picture can be seen. @returns the function that says it no longer is */
  watch(key: string): () => void;
}

/** How often a running guest is looked at, in milliseconds, and how many at a time. */
export const frameInterval = 3000;
const atOnce = 2;

export function createFrames(store: Store): Frames {
  const pictures = new Map<string, Signal<string | null>>();
  /** What the picture shows, so that one of a guest that does not run is asked for once. */
  const takenOf = new Map<string, string>();
  const takenAt = new Map<string, number>();
  const watched = new Map<string, number>();
  let isAsking = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const picture = (key: string): Signal<string | null> => {
    const known = pictures.get(key);
    if (known) return known;
    const made = signal<string | null>(null);
    pictures.set(key, made);
    return made;
  };

  const isDue = (key: string): boolean => {
    const machine = store.machine(key);
    if (machine === undefined || machine.status === 'broken') return false;
    // In the middle of an operation the last picture will do.
    if (machine.progress !== null) return !takenOf.has(key);
    if (takenOf.get(key) !== momentOf(machine)) return true;
    const age = performance.now() - (takenAt.get(key) ?? 0);
    return machine.status === 'running' && age >= frameInterval;
  };

  async function take(key: string): Promise<void> {
    const machine = store.machine(key);
    if (machine === undefined) return;
    const answer = await store.bridge.request('machine.frame', { machine: key });
    // One that failed is not asked for again before something changes: there is no picture in it.
    takenOf.set(key, momentOf(machine));
    takenAt.set(key, performance.now());
    if (answer.ok && answer.value.png !== null) {
      picture(key).value = `data:image/png;base64,${answer.value.png}`;
    }
  }

  async function takeAll(): Promise<void> {
    if (isAsking || !store.shown.value) return;
    isAsking = true;
    clearTimeout(timer);
    try {
      // Asked for anew each time: a list that comes into sight says so row by row.
      const asked = new Set<string>();
      const next = (): string | undefined =>
        store.shown.value
          ? [...watched.keys()].find((key) => !asked.has(key) && isDue(key))
          : undefined;
      const one = async (): Promise<void> => {
        for (let key = next(); key !== undefined; key = next()) {
          asked.add(key);
          await take(key);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, one));
    } finally {
      isAsking = false;
    }
    if (store.shown.value && watched.size > 0) timer = setTimeout(takeAll, frameInterval);
  }

  store.shown.subscribe(() => void takeAll());
  store.app.subscribe(() => {
    if ([...watched.keys()].some((key) => isDue(key) && !takenOf.has(key))) void takeAll();
  });

  return {
    of: picture,
    watch(key) {
      watched.set(key, (watched.get(key) ?? 0) + 1);
      void takeAll();
      return () => {
        const left = (watched.get(key) ?? 1) - 1;
        if (left > 0) watched.set(key, left);
        else watched.delete(key);
        if (watched.size === 0) clearTimeout(timer);
      };
    },
  };
}

function momentOf({ status, savedState, lastUsed }: MachineView): string {
  return `${status} ${savedState?.createdAt ?? lastUsed}`;
}
