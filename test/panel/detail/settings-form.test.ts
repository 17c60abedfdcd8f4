import { expect, test } from 'vitest';
import { changesOf, errorsOf, formOf } from '../../../src/panel/detail/settings-form.ts';
import { en } from '../../../src/panel/text/en.ts';
import { detailOf, machine } from '../support/samples.ts';

const { config } = detailOf(machine('Demo', 'stopped'));
if (config === null) throw new Error('The sample has no configuration.');
const form = formOf(config);

test('only what differs is changed', () => {
  expect(changesOf(form, config)).toBe(undefined);
  expect(changesOf({ ...form, name: 'Other' }, config)).toBe(undefined);
  expect(changesOf({ ...form, memory: '4096', onQuit: 'ask', iso: null }, config)).toEqual({
    memoryMiB: 4096,
    iso: null,
    policy: { onQuit: 'ask' },
  });
});

test('each wrong field has its error', () => {
  const words = en.machineSettings.invalid;
  expect(errorsOf(form, [], words)).toEqual({});
  expect(errorsOf({ ...form, memory: '1e4', cpus: '0' }, [], words)).toEqual({
    memory: words.memory,
    cpus: words.cpus,
  });
  expect(errorsOf(form, ['Demo'], words)).toEqual({ name: words.nameTaken });
});
