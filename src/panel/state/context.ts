import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Words } from '../text/text.ts';
import type { Frames } from './frames.ts';
import type { Place } from './place.ts';
import type { Store } from './store.ts';

/** Everything that the components of one page share. */
export interface Page {
  readonly store: Store;
  readonly frames: Frames;
  readonly place: Place;
}

const PageContext = createContext<Page | null>(null);
export const PageProvider = PageContext.Provider;

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error('A component stands outside of a page.');
  return page;
}

export function useStore(): Store {
  return usePage().store;
}

export function useWords(): Words {
  return useStore().words.value;
}
