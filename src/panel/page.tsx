import './bridge.ts';
import { type ComponentChildren, render } from 'preact';
import { useEffect } from 'preact/hooks';
import { Announcer } from './parts/announcer.tsx';
import { type Page, PageProvider, useWords } from './state/context.ts';
import { createFrames } from './state/frames.ts';
import { createPlace } from './state/place.ts';
import { createStore } from './state/store.ts';

/** Draws a page into `#root` and begins to listen. */
export function openPage(content: ComponentChildren): void {
  const root = document.getElementById('root');
  if (root === null) throw new Error('The page has no #root.');
  const store = createStore(window.torpor, { languages: navigator.languages, clock: Date.now });
  const page: Page = { store, frames: createFrames(store), place: createPlace() };
  render(<PageFrame page={page}>{content}</PageFrame>, root);
  void store.load();
}

/** What every page has around its content: the language, and a voice for screen readers. */
export function PageFrame({ page, children }: { page: Page; children: ComponentChildren }) {
  return (
    <PageProvider value={page}>
      <Language />
      {children}
      <Announcer />
    </PageProvider>
  );
}

function Language() {
  const { text } = useWords();
  useEffect(() => {
    document.documentElement.lang = text.language;
  }, [text.language]);
  return null;
}
