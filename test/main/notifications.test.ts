import { expect, test } from 'vitest';
import { createNotifier, type Told, toldOf } from '../../src/main/notifications.ts';
import { de } from '../../src/main/text/de.ts';
import { en } from '../../src/main/text/en.ts';
import { createUnattended } from '../../src/main/unattended.ts';
import { busyMachine, machine, stateOf, suspended } from './support/samples.ts';

function notifier() {
  const shown: { title: string; body: string }[] = [];
  const later: (() => void)[] = [];
  let now = 0;
  let isWanted = true;
  const made = createNotifier({
    text: () => en,
    isWanted: () => isWanted,
    show: (notification) => shown.push(notification),
    now: () => now,
    later: (_milliseconds, call) => later.push(call),
  });
  return {
    ...made,
    shown,
    later,
    wait: (milliseconds: number) => {
      now += milliseconds;
      for (const call of later.splice(0)) call();
    },
    want: (on: boolean) => {
      isWanted = on;
    },
  };
}

const told = (about: string): Told => ({ about, title: `T ${about}`, body: `B ${about}` });

test('one comes as it is, several that come together come as one', () => {
  const made = notifier();
  made.tell(told('a'));
  made.wait(2000);
  for (const about of ['b', 'c', 'd', 'e', 'f', 'g', 'h']) made.tell(told(about));
  expect(made.later).toHaveLength(1);
  made.wait(2000);
  expect(made.shown).toEqual([
    { title: 'T a', body: 'B a' },
    { title: '7 things need you', body: 'B b\nB c\nB d\nB e\nB f\n2 More' },
  ]);
});

const problem = {
  code: 'RESUME_FAILED',
  message: '“Demo” could not be resumed: it broke.',
  hint: 'The saved state was kept.',
} as const;

test('a problem is told as the agent says it, or in German with the name of its machine', () => {
  expect(toldOf(problem, 'a', en, 'Demo')).toEqual({
    about: 'a',
    title: problem.message,
    body: problem.hint,
    line: problem.message,
  });
  expect(toldOf(problem, 'a', de, 'Demo')).toEqual({
    about: 'a',
    title: 'Demo',
    body: 'Die Maschine ließ sich nicht zurückholen. Ihr gesicherter Zustand ist unverändert da.',
    line: 'Demo: Die Maschine ließ sich nicht zurückholen.',
  });
  expect(toldOf({ code: 'CANCELLED', message: 'It was.' }, 'a', de, undefined)).toMatchObject({
    title: 'Torpor',
    body: 'Abgebrochen.',
  });
});

test('several problems are told by what happened, not by what to do', () => {
  const made = notifier();
  made.tell(toldOf(problem, 'a', en, 'Demo'));
  made.tell({ about: 'b', title: 'Torpor', body: 'Two machines are back.' });
  made.wait(2000);
  expect(made.shown.map(({ body }) => body)).toEqual([
    `${problem.message}\nTwo machines are back.`,
  ]);
});

test('the same is not told again for ten minutes', () => {
  const made = notifier();
  for (let minute = 0; minute < 11; minute += 1) {
    made.tell(told('a'));
    made.wait(60_000);
  }
  expect(made.shown).toHaveLength(2);
});

test('nobody is told who does not want to hear', () => {
  const made = notifier();
  made.want(false);
  made.tell(told('a'));
  made.flush();
  expect(made.shown).toEqual([]);
});

test('what came back at launch is told once all of it has', () => {
  const tells: string[] = [];
  const unattended = createUnattended(
    { tell: ({ body }) => tells.push(body), flush() {} },
    () => en,
  );
  const due = { status: 'suspended', savedState: suspended('quit') } as const;
  unattended.update(stateOf(machine({ name: 'A', ...due }), machine({ name: 'B', ...due })));
  unattended.update(
    stateOf(machine({ name: 'A', status: 'running' }), busyMachine('restoring', { name: 'B' })),
  );
  expect(tells).toEqual([]);
  const both = stateOf(
    machine({ name: 'A', status: 'running' }),
    machine({ name: 'B', status: 'running' }),
  );
  unattended.update(both);
  unattended.update(both);
  expect(tells).toEqual(['2 machines are back.']);
});

test('a machine that was suspended for being idle is told once, and not what was so before', () => {
  const tells: string[] = [];
  const unattended = createUnattended(
    { tell: ({ body }) => tells.push(body), flush() {} },
    () => en,
  );
  const idle = { status: 'suspended', savedState: suspended('idle') } as const;
  const before = machine({ name: 'A', id: 'a', ...idle });
  unattended.update(stateOf(before, machine({ name: 'B', id: 'b', status: 'running' })));
  const after = stateOf(before, machine({ name: 'B', id: 'b', ...idle }));
  unattended.update(after);
  unattended.update(after);
  expect(tells).toEqual(['“B” was suspended: nobody used it.']);
});

test('a volume that fills is told when it does, not as long as it is full', () => {
  const tells: string[] = [];
  const unattended = createUnattended(
    { tell: ({ body }) => tells.push(body), flush() {} },
    () => en,
  );
  const low = { code: 'SPACE_LOW', message: 'There is little room.' } as const;
  const withSpace = (available: number) => ({
    ...stateOf(),
    library: {
      path: '/library',
      space: { available, total: 10 ** 12 },
      problem: available < 10 ** 9 ? low : null,
    },
  });
  for (const available of [10 ** 11, 10 ** 8, 10 ** 8, 10 ** 11, 10 ** 7]) {
    unattended.update(withSpace(available));
  }
  expect(tells).toEqual([
    'Only 95 MiB are free where the machines are.',
    'Only 9 MiB are free where the machines are.',
  ]);
});
