import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { show } from '../support/environment.ts';
import { machine } from '../support/samples.ts';
import { samples } from '../support/views.tsx';

test('what a guest takes over while it runs can be changed then, and nothing else', async () => {
  const { bridge } = await show(samples['details-live'] ?? never(), {
    'machine.set': () => ({ ok: true, value: machine('Sequoia', 'running') }),
  });
  await page.getByRole('tab', { name: 'Settings' }).click();
  await expect.element(page.getByLabelText('When Torpor quits')).toBeDisabled();
  await expect.element(page.getByLabelText('CPUs')).toBeDisabled();
  await page.getByLabelText('Memory it shall keep (MiB)').fill('99999');
  await expect.element(page.getByText('From 16 MiB to the memory that it has.')).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Save' })).toBeDisabled();
  await page.getByLabelText('Memory it shall keep (MiB)').fill('1024');
  await page.getByLabelText('Resolution').selectOptions('Follows the window');
  await page.getByRole('switch', { name: 'Send the system’s keys to the guest' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  expect(bridge.paramsOf('machine.set')).toEqual([
    {
      machine: 'sequoia',
      changes: {
        policy: {
          memoryTargetMiB: 1024,
          window: { resize: 'follow', capturesSystemKeys: true },
        },
      },
    },
  ]);
});

test('a machine that has nothing of it is not asked for it', async () => {
  await show(samples['details-settings'] ?? never());
  await page.getByRole('tab', { name: 'Settings' }).click();
  await expect.element(page.getByLabelText('CPUs')).toBeVisible();
  expect(page.getByText('Also while it runs').elements()).toEqual([]);
  expect(page.getByLabelText('Memory it shall keep (MiB)').elements()).toEqual([]);
});

function never(): never {
  throw new Error('no such sample');
}
