import type { Client } from '../contract/json-rpc.ts';
import type { Outcome, Report } from '../contract/requests.ts';
import { toProblem } from '../core/errors.ts';
import type { Context } from './context.ts';
import { failuresOf, problemJson } from './failure.ts';
import { outcomeText } from './format/machine.ts';
import { withProgress } from './progress/show.ts';

type Operate = (client: Client, machine: string) => Promise<Outcome>;

/**
 * Does one thing to every machine named, all at once, and prints how it went: an object for one, an
 * array for several. Throws when any failed, after all have ended; the first in the order of the
 * names decides the exit code.
 */
export async function operateOnEach(
  context: Context,
  typed: readonly string[],
  doing: string,
  operate: Operate,
): Promise<void> {
  const machines = [...new Set(typed)].map((name) => machineRef(context, name));
  const client = await context.client();
  const names = machines.map((name) => `“${name}”`).join(', ');
  const results = await withProgress(
    context,
    client,
    { label: `${doing} ${names}`, machines },
    Promise.allSettled(machines.map((machine) => operate(client, machine))),
  );
  const outcomes = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const errors = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  if (errors.length === 0) {
    printOutcomes(context, outcomes, machines.length === 1);
    return;
  }
  if (machines.length === 1) throw errors[0];
  if (!context.json) printOutcomes(context, outcomes, false);
  const reports = results.map((one, index) =>
    one.status === 'fulfilled'
      ? one.value
      : { name: machines[index], problem: problemJson(toProblem(one.reason)) },
  );
  throw failuresOf(errors.map(toProblem), { machines: reports });
}

/** Prints what the agent reports of all its machines; throws when any of them failed. */
export function printReports(context: Context, reports: readonly Report[]): void {
  const failed = reports.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  const outcomes = reports.filter(({ problem }) => problem === undefined);
  if (failed.length === 0) {
    printOutcomes(context, outcomes, false);
    return;
  }
  if (!context.json) printOutcomes(context, outcomes, false);
  const machines = reports.map(({ problem, ...outcome }) => ({
    ...outcome,
    ...(problem === undefined ? {} : { problem: problemJson(problem) }),
  }));
  throw failuresOf(failed, { machines });
}

/** What the agent is told: a path as an absolute one, since its own working directory is another. */
export function machineRef(context: Context, typed: string): string {
  return /^\.{0,2}\//.test(typed) ? context.path(typed) : typed;
}

function printOutcomes(context: Context, outcomes: readonly Outcome[], single: boolean): void {
  context.print(single ? outcomes[0] : outcomes, () => outcomes.map(outcomeText));
}
