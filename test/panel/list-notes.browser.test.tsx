import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { show } from './support/environment.ts';
import { yes } from './support/fake-bridge.ts';
import { driverReports } from './support/preflight-sample.ts';
import { state, usual } from './support/samples.ts';
import { samples } from './support/views.tsx';

const list = samples['list'] ?? never();
const outlook = {
  sentence: 'The update of macOS removed the device support.',
  todo: [
    { text: 'Open Xcode once.' },
    {
      text: 'Then check again.',
      button: { label: 'Check Again', action: { kind: 'check-again' } },
    },
  ],
} as const;

test('what will matter at the next installation is said calmly, with the remedy', async () => {
  const { bridge } = await show(
    { ...list, state: { ...state(usual), outlook } },
    { 'host.check': () => yes(driverReports) },
  );
  const sentence = page.getByText(outlook.sentence);
  await expect.element(sentence).not.toBeVisible();
  await page.getByText('Before you install macOS again').click();
  await expect.element(sentence).toBeVisible();
  await page.getByRole('button', { name: 'Check Again' }).click();
  expect(bridge.paramsOf('host.check')).toEqual([{}]);
});

test('a machine that is being made is in the list, and can be ended there', async () => {
  const creation = {
    ...({ id: 'x', name: 'Sequoia', step: 'installing', fraction: null } as const),
    ...{ stepStartedAt: 0, cancellable: true },
  };
  const { bridge } = await show(
    { ...list, state: { ...state([]), creations: [creation] } },
    { 'machine.cancel': () => yes({ cancelled: true }) },
  );
  await expect.element(page.getByRole('progressbar', { name: 'Making Sequoia' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel and Remove' }).click();
  expect(bridge.paramsOf('machine.cancel')).toEqual([{ machine: 'x' }]);
});

function never(): never {
  throw new Error('there is no such sample');
}
