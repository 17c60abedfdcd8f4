import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createContext } from '../../src/cli/context.ts';
import { createProgram, defineAllVerbs } from '../../src/cli/program.ts';
import { verbs } from '../../src/cli/verbs/index.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

const text = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const headings = [...text.matchAll(/^### (.*)$/gm)].flatMap(([, names = '']) => names.split(', '));

test('docs/cli.md has a section for every verb, and for no other', () => {
  const shown = verbs.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
  expect(headings.toSorted()).toEqual(shown.toSorted());
});

test('every option of an example exists', async () => {
  const terminal = fakeTerminal();
  const globals = { json: false, quiet: false, color: false, library: '/library' };
  const program = createProgram(terminal);
  await defineAllVerbs(program, createContext(terminal, globals));
  const common = program.program.options.map(({ long }) => long);
  const examples = [...text.matchAll(/^torpor (\S+)(.*)$/gm)];
  expect(examples.length).toBeGreaterThan(30);
  for (const [line, verb = '', rest = ''] of examples) {
    const options = program.commands.get(verb)?.options.flatMap(({ long, short }) => [long, short]);
    const used = [...rest.matchAll(/(?<= )--?[a-z][a-z-]*/g)].map(([option]) => option);
    expect(options, line).toBeDefined();
    expect([...(options ?? []), ...common], line).toEqual(expect.arrayContaining(used));
  }
});
