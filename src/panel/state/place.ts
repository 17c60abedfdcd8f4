import { type Signal, signal } from '@preact/signals';
import type { Choice } from '../machine/menu-items.ts';

/** Where in the panel a person is. */
export type View = { readonly at: 'list' } | { readonly at: 'machine'; readonly key: string };

/** A question that stands before everything else. */
export interface Question {
  readonly choice: Extract<
    Choice,
    'startCold' | 'forceStop' | 'discardState' | 'delete' | 'clone' | 'trust' | 'renew' | 'clean'
  >;
  readonly key: string;
}

export interface Place {
  readonly view: Signal<View>;
  readonly question: Signal<Question | null>;
  readonly query: Signal<string>;
  /** The row that the keyboard is on, and where focus returns to. */
  readonly row: Signal<string | null>;
}

export function createPlace(view: View = { at: 'list' }): Place {
  return {
    view: signal(view),
    question: signal<Question | null>(null),
    query: signal(''),
    row: signal<string | null>(null),
  };
}
