import { expect, test } from 'vitest';
import type { Lifecycle } from '../../../src/contract/lifecycle.ts';
import { TorporError } from '../../../src/core/errors.ts';
import { ownLink } from '../../../src/main/agent-link.ts';
import { createLife } from '../../../src/main/lifecycle/life.ts';
import type { QuitPolicy } from '../../../src/main/lifecycle/plan.ts';
import { createQuit } from '../../../src/main/lifecycle/quit.ts';
import { statusesOf } from '../../support/agent-state.ts';
import { machineRequest, tempLibrary } from '../../support/temp-library.ts';

/** An app around an agent with in-memory guests that run. */
async function running(...names: readonly string[]) {
  const library = await tempLibrary();
  const agent = await library.start();
  for (const name of names) {
    await agent.handle['machine.create'](machineRequest(name));
    await agent.handle['machine.start']({ machine: name, cold: false });
  }
  const idOf = (name: string): string => {
    const found = agent.state().machines.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found.id;
  };
  const watchers = new Set<(now: Lifecycle) => void>();
  const life = createLife((now) => {
    for (const watch of watchers) watch(now);
  });
  const until = (holds: (now: Lifecycle) => boolean): Promise<Lifecycle> =>
    new Promise((resolve) => {
      const look = (now: Lifecycle): void => {
        if (!holds(now)) return;
        watchers.delete(look);
        resolve(now);
      };
      watchers.add(look);
      look(life.current());
    });
  const policies = new Map<string, QuitPolicy>();
  const errors: unknown[] = [];
  const refusals: Error[] = [];
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let hasEnded = false;
  const quit = createQuit({
    life,
    link: () => ownLink(agent),
    policyOf: (id) => policies.get(id) ?? 'suspend',
    policiesKnown: async () => {},
    bound: () => 2,
    async end() {
      const refusal = refusals.shift();
      if (refusal !== undefined) throw refusal;
      hasEnded = true;
      end();
    },
    onError: (error) => errors.push(error),
  });
  return {
    library,
    agent,
    life,
    quit,
    until,
    ended,
    errors,
    /** Fails the next end of the app with it. */
    refuseToEnd: (error: Error) => refusals.push(error),
    hasEnded: () => hasEnded,
    idOf,
    policy: (name: string, policy: QuitPolicy) => policies.set(idOf(name), policy),
    statuses: () => statusesOf(agent.state()),
    async [Symbol.asyncDispose]() {
      await library[Symbol.asyncDispose]();
    },
  };
}

const stepIs = (state: string) => (now: Lifecycle) =>
  now.phase === 'quitting' && now.steps.some((step) => step.state === state);

test('an app that must not end stays, and can be quit later', async () => {
  await using app = await running('One');
  app.refuseToEnd(new TorporError('WOULD_LOSE_GUESTS', '“One” could not be saved.'));
  app.quit.begin('quit');
  await app.until(({ phase }) => phase === 'quitting');
  await app.until(({ phase }) => phase === 'running');
  expect(app.errors).toMatchObject([{ code: 'WOULD_LOSE_GUESTS' }]);
  expect(app.hasEnded()).toBe(false);
  app.quit.begin('quit');
  await app.ended;
});

test('every machine is left as its policy says before the app ends', async () => {
  await using app = await running('A', 'B', 'C');
  app.policy('B', 'stop');
  app.policy('C', 'keepRunning');
  app.quit.begin('quit');
  await app.ended;
  expect(app.statuses()).toEqual({ A: 'suspended', B: 'stopped', C: 'running' });
  expect(app.agent.state().machines[0]?.savedState).toMatchObject({ reason: 'quit' });
  expect(app.errors).toEqual([]);
});

test('with nothing alive it ends at once', async () => {
  await using app = await running();
  app.quit.begin('quit');
  await app.ended;
});

test('a failure stops it, says which and why; the others are saved; deciding goes on', async () => {
  await using app = await running('A', 'B');
  app.library.hypervisor.failNext('save', new TorporError('NO_SPACE', 'The volume is full.'));
  app.quit.begin('quit');
  const stopped = await app.until((now) => stepIs('failed')(now) && stepIs('done')(now));
  // Both are saved at once, and either may come first to what fails.
  const steps = stopped.phase === 'quitting' ? stopped.steps : [];
  const [failed, done] = steps.toSorted((a, b) => b.state.localeCompare(a.state));
  expect(failed).toMatchObject({ state: 'failed', problem: { code: 'NO_SPACE' } });
  expect(done).toMatchObject({ state: 'done', problem: null });
  expect([app.hasEnded(), app.statuses()]).toEqual([
    false,
    { [failed?.name ?? '']: 'running', [done?.name ?? '']: 'suspended' },
  ]);
  app.quit.decide(failed?.id ?? '', 'suspend');
  await app.ended;
  expect(app.statuses()).toEqual({ A: 'suspended', B: 'suspended' });
});

test('at a deadline a failure does not hold the end', async () => {
  await using app = await running('A');
  app.library.hypervisor.failNext('save', new TorporError('NO_SPACE', 'The volume is full.'));
  app.quit.begin('shutDown', Date.now() + 60_000);
  await app.ended;
  expect(app.statuses()).toEqual({ A: 'running' });
});

test('calling it off brings back what was suspended, and waits for nobody’s answer any more', async () => {
  await using app = await running('A', 'B');
  app.policy('B', 'ask');
  app.quit.begin('quit');
  await app.until(stepIs('done'));
  await app.quit.cancel();
  expect(app.life.current()).toEqual({ phase: 'running' });
  expect([app.hasEnded(), app.statuses()]).toEqual([false, { A: 'running', B: 'running' }]);
});

test('a paused machine comes back paused', async () => {
  await using app = await running('A', 'B');
  await app.agent.handle['machine.pause']({ machine: 'A' });
  app.policy('B', 'ask');
  app.quit.begin('quit');
  await app.until(stepIs('done'));
  await app.quit.cancel();
  expect(app.statuses()).toEqual({ A: 'paused', B: 'running' });
});

test('what is being written cannot be given up by a decision', async () => {
  await using app = await running('A');
  const gate = app.library.hypervisor.holdNext('save');
  app.quit.begin('quit');
  await app.until(stepIs('working'));
  expect(() => app.quit.decide(app.idOf('A'), 'keepRunning')).toThrow(
    expect.objectContaining({ code: 'BUSY' }),
  );
  gate.release();
  await app.ended;
  expect(app.statuses()).toEqual({ A: 'suspended' });
});
