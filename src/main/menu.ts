/** The menu of the tray, drawn whole from what is known: a value that src/main/tray.ts makes native. */
import type { WindowRequest } from '../contract/app.ts';
import type { MachineView } from '../contract/app-state.ts';
import { problemWords } from '../words/problems.ts';
import type { Shown } from './icon.ts';
import { isAlive, planFor, type QuitPolicy } from './lifecycle/plan.ts';
import type { Text } from './text/text.ts';

/** What a click asks for. */
export type MenuAction =
  | { readonly do: 'panel' | 'suspendAll' | 'library' | 'quit' | 'cancelQuit' }
  | { readonly do: 'window'; readonly open: WindowRequest }
  | { readonly do: 'machine'; readonly machine: string; readonly operation: MenuOperation };

export type MenuOperation = 'start' | 'resume' | 'suspend' | 'cancel';

export type MenuEntry =
  | { readonly kind: 'separator' }
  | { readonly kind: 'label'; readonly label: string }
  | { readonly kind: 'action'; readonly label: string; readonly action: MenuAction }
  | { readonly kind: 'submenu'; readonly label: string; readonly entries: readonly MenuEntry[] };

export interface MenuInput extends Shown {
  readonly policyOf: (machine: string) => QuitPolicy;
  /** Whose the agent is: another's keeps its machines when the app quits. */
  readonly ownership: 'own' | 'other';
  readonly text: Text;
}

/** More would not fit on a small screen; what runs comes before what does not. */
const longestList = 15;
const longestName = 40;

export function menuFor(input: MenuInput): readonly MenuEntry[] {
  const { state, problem, text } = input;
  const { menu } = text;
  const action = (label: string, given: MenuAction): MenuEntry => ({
    kind: 'action',
    label,
    action: given,
  });
  const canSuspend = state?.machines.some(({ operations }) => operations.includes('suspend'));
  return [
    action(menu.open, { do: 'panel' }),
    { kind: 'separator' },
    ...(problem === null ? [] : [label(shortened(problemWords(problem, text).title, 80))]),
    ...(state === null
      ? problem === null
        ? [label(menu.starting)]
        : []
      : machines(state.machines, text)),
    { kind: 'separator' },
    ...(canSuspend ? [action(menu.suspendAll, { do: 'suspendAll' })] : []),
    ...(state === null
      ? []
      : [
          action(menu.create, { do: 'window', open: { window: 'create' } }),
          action(menu.library, { do: 'library' }),
        ]),
    action(menu.settings, { do: 'window', open: { window: 'settings' } }),
    action(menu.host, { do: 'window', open: { window: 'host' } }),
    action(menu.about, { do: 'window', open: { window: 'about' } }),
    { kind: 'separator' },
    ...quitEntries(input),
  ];
}

function machines(all: readonly MachineView[], text: Text): readonly MenuEntry[] {
  if (all.length === 0) return [label(text.menu.none)];
  const ordered = [...all.filter(isAlive), ...all.filter((one) => !isAlive(one))];
  const entries = ordered.map((machine) => machineEntry(machine, text));
  if (entries.length <= longestList) return entries;
  const rest = entries.slice(longestList);
  return [
    ...entries.slice(0, longestList),
    { kind: 'submenu', label: text.menu.more(rest.length), entries: rest },
  ];
}

function machineEntry(machine: MachineView, text: Text): MenuEntry {
  const name = shortened(machine.name, longestName);
  const how = howItIs(machine, text);
  const obvious = obviousAction(machine);
  if (obvious === null) return label(text.menu.machine(name, how, null));
  return {
    kind: 'action',
    label: escaped(text.menu.machine(name, how, text.action[obvious.word])),
    action: obvious.action,
  };
}

function howItIs({ status, progress }: MachineView, text: Text): string {
  const amount = progress?.amount;
  if (!amount || amount.total === 0) return text.status[status];
  return text.menu.percent(text.status[status], Math.floor((100 * amount.done) / amount.total));
}

interface Obvious {
  readonly word: keyof Text['action'];
  readonly action: MenuAction;
}

const inOrder = [
  ['restore', 'resume'],
  ['resume', 'resume'],
  ['suspend', 'suspend'],
  ['start', 'start'],
] as const satisfies readonly (readonly [string, MenuOperation])[];

/** As in the panel: bring back, let go on, suspend, start; while something goes on, cancel it. */
function obviousAction(machine: MachineView): Obvious | null {
  const { progress, status, operations } = machine;
  const key = machine.id === '' ? machine.path : machine.id;
  const act = (operation: MenuOperation): MenuAction => ({
    do: 'machine',
    machine: key,
    operation,
  });
  if (progress !== null) {
    return progress.cancellable ? { word: 'cancel', action: act('cancel') } : null;
  }
  if (status === 'broken') return { word: 'details', action: { do: 'panel' } };
  const found = inOrder.find(([name]) => operations.includes(name));
  return found === undefined ? null : { word: found[0], action: act(found[1]) };
}

const byHand = { reason: 'quit', deadline: null } as const;

/** Quit, and what it will do. */
function quitEntries({
  state,
  lifecycle,
  policyOf,
  ownership,
  text,
}: MenuInput): readonly MenuEntry[] {
  const { menu } = text;
  if (lifecycle.phase === 'quitting') {
    return [
      label(menu.quitting),
      { kind: 'action', label: menu.cancelQuit, action: { do: 'cancelQuit' } },
    ];
  }
  const alive = state?.machines.filter(isAlive) ?? [];
  const quit = (words: string): readonly MenuEntry[] => [
    { kind: 'action', label: words, action: { do: 'quit' } },
  ];
  if (ownership === 'other') return quit(alive.length === 0 ? menu.quit : menu.quitLeaving);
  const plans = alive.map((machine) => planFor(machine, policyOf(machine.id), byHand));
  const count = (plan: (typeof plans)[number]) => plans.filter((one) => one === plan).length;
  const does = [
    { count: count('suspend'), words: menu.suspend },
    { count: count('stop'), words: menu.stop },
    { count: count(null), words: menu.ask },
  ].flatMap(({ count: many, words }) => (many === 0 ? [] : [words(many)]));
  return quit(does.length === 0 ? menu.quit : menu.quitDoing(does));
}

function label(words: string): MenuEntry {
  return { kind: 'label', label: escaped(words) };
}

function shortened(name: string, most: number): string {
  const characters = [...name];
  return characters.length <= most ? name : `${characters.slice(0, most - 1).join('')}…`;
}

/** In a menu an ampersand marks the letter to press. */
function escaped(words: string): string {
  return words.replaceAll('&', '&&');
}
