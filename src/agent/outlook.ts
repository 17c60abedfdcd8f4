import type { Outlook } from '../contract/app-state.ts';
import type { Machine } from '../core/machine.ts';
import type { AgentContext } from './context.ts';

/** What will matter on this Mac at the next installation of macOS. */
export interface OutlookWatch {
  /** As it was found last; null where there is nothing to say, or no macOS guest that it concerns. */
  current(): Outlook | null;
  /** Reads the host anew. Never rejects. */
  look(): Promise<void>;
}

export interface OutlookParts extends Pick<AgentContext, 'preflight' | 'library'> {
  readonly machines: () => readonly Machine[];
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
}

/** Reads nothing by itself: preflight is loaded at the first look that a macOS guest is there for. */
export function createOutlookWatch(parts: OutlookParts): OutlookWatch {
  const { preflight, library, machines, onChange, onError } = parts;
  let found: Outlook | null = null;

  const concerned = (): boolean =>
    machines().some(({ config }) => config.hardware.boot.kind === 'macos');

  return {
    current: () => (concerned() ? found : null),

    async look() {
      if (!concerned()) return;
      try {
        const { readOutlook } = await import('./preflight.ts');
        const told = await readOutlook({ ...preflight, libraryPath: library });
        found = told === undefined ? null : { sentence: told.sentence, todo: told.remedy.steps };
        onChange();
      } catch (error) {
        onError(error);
      }
    },
  };
}
