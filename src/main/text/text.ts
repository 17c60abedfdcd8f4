import type { Settings } from '../../contract/settings.ts';
import { de } from './de.ts';
import { en, type Text } from './en.ts';

export type { Text };

const catalogues = { en, de } as const;

/** The language that was set, else the first of the system's that there is a catalogue for. */
export function textFor(setting: Settings['language'], systemLanguages: readonly string[]): Text {
  const wanted = setting === 'system' ? systemLanguages : [setting];
  return wanted.map(catalogueOf).find((found) => found !== undefined) ?? en;
}

function catalogueOf(language: string): Text | undefined {
  const [primary] = language.split('-');
  return primary === 'en' || primary === 'de' ? catalogues[primary] : undefined;
}
