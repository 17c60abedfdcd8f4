import type { Settings } from '../../contract/settings.ts';
import { de } from './de.ts';
import { en, type Text } from './en.ts';
import { createFormat, type Format } from './format.ts';

export type { Format, Text };

/** What a page speaks: strings, and amounts in the same language. */
export interface Words {
  readonly text: Text;
  readonly format: Format;
}

const catalogues = { en, de } as const;

/** The language that was set, else the first of the system's that there is a catalogue for. */
export function wordsFor(setting: Settings['language'], systemLanguages: readonly string[]): Words {
  const wanted = setting === 'system' ? systemLanguages : [setting];
  const text = wanted.map(catalogueOf).find((found) => found !== undefined) ?? en;
  // The region of the system decides how numbers and dates look, within the language of the text.
  const region = systemLanguages.find((one) => one.startsWith(text.language)) ?? text.language;
  return { text, format: createFormat(region, text.justNow) };
}

function catalogueOf(language: string): Text | undefined {
  const [primary] = language.split('-');
  return primary === 'en' || primary === 'de' ? catalogues[primary] : undefined;
}
