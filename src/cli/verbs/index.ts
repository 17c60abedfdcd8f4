import type { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';

/**
 * The verbs of `torpor`, in the order of its help.
 *
 * To add one: write `verbs/NAME.ts` with a `define(command, context)` that declares arguments and
 * options and gives the command an action; add one line here; add tests in test/cli and a section in
 * docs/cli.md. Help, suggestions and shell completions come from what `define` declares. An argument
 * called `machine` completes to machines, an option's value called `file` or `dir` to paths.
 *
 * A verb's file is loaded only when the verb is used, so that each starts fast. Keep heavy imports
 * out of this file.
 */
export const verbs: readonly VerbEntry[] = [
  { name: 'create', summary: 'make a machine', load: () => import('./create.ts') },
  { name: 'list', summary: 'list the machines', load: () => import('./list.ts') },
  { name: 'show', summary: 'show everything about a machine', load: () => import('./show.ts') },
  { name: 'start', summary: 'start machines, where they were', load: () => import('./start.ts') },
  { name: 'pause', summary: 'hold machines, in memory', load: () => import('./pause.ts') },
  {
    name: 'resume',
    summary: 'go on with suspended or paused machines',
    load: () => import('./resume.ts'),
  },
  {
    name: 'suspend',
    summary: 'save machines to files and end them',
    load: () => import('./suspend.ts'),
  },
  { name: 'stop', summary: 'shut machines down', load: () => import('./stop.ts') },
  {
    name: 'compact',
    summary: 'make saved states smaller',
    load: () => import('./compact.ts'),
  },
  {
    name: 'discard-state',
    summary: 'delete a saved state',
    load: () => import('./discard-state.ts'),
  },
  {
    name: 'clean',
    summary: 'delete states that were set aside',
    load: () => import('./clean.ts'),
  },
  {
    name: 'verify',
    summary: 'compare a saved state with what was saved',
    load: () => import('./verify.ts'),
  },
  { name: 'rename', summary: 'give a machine another name', load: () => import('./rename.ts') },
  { name: 'clone', summary: 'copy a machine', load: () => import('./clone.ts') },
  {
    name: 'renew',
    summary: 'make a copied bundle a machine of its own',
    load: () => import('./renew.ts'),
  },
  { name: 'delete', summary: 'move a machine to the trash', load: () => import('./delete.ts') },
  {
    name: 'trust',
    summary: 'let a machine use files outside its bundle',
    load: () => import('./trust.ts'),
  },
  { name: 'set', summary: 'change a machine’s settings', load: () => import('./set.ts') },
  {
    name: 'console',
    summary: 'attach to a machine’s serial console',
    load: () => import('./console.ts'),
  },
  {
    name: 'screenshot',
    summary: 'take a picture of a machine’s display',
    load: () => import('./screenshot.ts'),
  },
  { name: 'watch', summary: 'tell what happens, as it happens', load: () => import('./watch.ts') },
  {
    name: 'preflight',
    summary: 'say whether this Mac can install a macOS, before the download',
    load: () => import('./preflight.ts'),
  },
  {
    name: 'images',
    summary: 'list macOS images, each with its verdict',
    load: () => import('./images.ts'),
  },
  { name: 'download', summary: 'download a macOS image', load: () => import('./download.ts') },
  {
    name: 'explain',
    summary: 'say what an error of an installation means',
    load: () => import('./explain.ts'),
  },
  {
    name: 'doctor',
    summary: 'say what works on this computer and what does not',
    load: () => import('./doctor.ts'),
  },
  { name: 'agent', summary: 'run, stop or ask for the agent', load: () => import('./agent.ts') },
  { name: 'version', summary: 'print the version', load: () => import('./version.ts') },
  {
    name: 'completion',
    summary: 'print a shell’s completions',
    load: () => import('./completion.ts'),
  },
  {
    name: '__machines',
    summary: 'print names for completions',
    hidden: true,
    load: () => import('./machines.ts'),
  },
];

export interface VerbEntry {
  readonly name: string;
  readonly summary: string;
  readonly hidden?: boolean;
  readonly load: () => Promise<{ readonly define: DefineVerb }>;
}

/** Declares a verb's arguments and options on `command` and what it does. */
export type DefineVerb = (command: Command, context: Context) => void;
