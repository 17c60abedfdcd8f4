/** What a person hears of that happened while nobody looked: grouped, and never the same thing again and again. */
import type { Problem } from '../contract/app-state.ts';
import { problemWords } from '../words/problems.ts';
import type { Text } from './text/text.ts';

export interface Told {
  /** What it is about: the same again within `quiet` is not told. */
  readonly about: string;
  readonly title: string;
  readonly body: string;
  /** As one line among several; the body unless given. */
  readonly line?: string;
}

/**
 * A problem as it is told. The agent's own sentence names the machine; in another language than the agent's
 * the title does.
 */
export function toldOf(
  problem: Problem,
  about: string,
  text: Text,
  machine: string | undefined,
): Told {
  const { title, hint = '' } = problemWords(problem, text);
  if (text.problems === null) return { about, title, body: hint, line: title };
  const line = machine === undefined ? title : `${machine}: ${title}`;
  return { about, title: machine ?? 'Torpor', body: `${title} ${hint}`.trim(), line };
}

export interface Notifier {
  tell(told: Told): void;
  /** Tells at once what still waits. */
  flush(): void;
}

export interface NotifierOptions {
  readonly text: () => Text;
  /** Whether a person wants to hear of anything now; not while the panel is in front of them. */
  readonly isWanted: () => boolean;
  readonly show: (notification: { readonly title: string; readonly body: string }) => void;
  readonly now: () => number;
  /** Calls back once, that many milliseconds later. */
  readonly later: (milliseconds: number, call: () => void) => void;
}

/** What comes within this time comes as one. */
const gather = 1500;
/** Ten minutes. */
const quiet = 600_000;
const mostNamed = 5;

export function createNotifier(options: NotifierOptions): Notifier {
  const toldAt = new Map<string, number>();
  let waiting: Told[] = [];

  function flush(): void {
    const told = waiting;
    waiting = [];
    if (told.length > 0 && options.isWanted()) options.show(grouped(told, options.text()));
  }

  return {
    flush,
    tell(told) {
      const now = options.now();
      const last = toldAt.get(told.about);
      if (last !== undefined && now - last < quiet) return;
      toldAt.set(told.about, now);
      waiting.push(told);
      if (waiting.length === 1) options.later(gather, flush);
    },
  };
}

/** One notification for all of them. */
export function grouped(
  told: readonly Told[],
  text: Text,
): { readonly title: string; readonly body: string } {
  const [only, ...others] = told;
  if (only === undefined) return { title: '', body: '' };
  if (others.length === 0) return { title: only.title, body: only.body };
  const named = told.slice(0, mostNamed).map(({ body, line = body }) => line);
  const rest = told.length - named.length;
  return {
    title: text.notice.several(told.length),
    body: [...named, ...(rest === 0 ? [] : [text.menu.more(rest)])].join('\n'),
  };
}
