import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { FailureToast } from '../parts/failure-toast.tsx';
import { useStore, useWords } from '../state/context.ts';
import type { Text } from '../text/text.ts';

interface WindowFrameProps {
  /** The page's title, which the system shows on the window. */
  readonly title: (text: Text) => string;
  readonly children: ComponentChildren;
}

/** A window beside the panel: Escape closes it. */
export function WindowFrame({ title, children }: WindowFrameProps) {
  const store = useStore();
  const { text } = useWords();
  useEffect(() => {
    document.title = title(text);
  }, [text, title]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.defaultPrevented) {
        void store.bridge.request('window.close', {});
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [store]);
  return (
    <div class="window-frame">
      {children}
      <FailureToast />
    </div>
  );
}
