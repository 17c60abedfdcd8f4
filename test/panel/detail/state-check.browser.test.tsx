import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { VerifyReport } from '../../../src/contract/requests.ts';
import { show } from '../support/environment.ts';
import { yes } from '../support/fake-bridge.ts';
import { samples } from '../support/views.tsx';

type Verification = NonNullable<VerifyReport['verification']>;

const suspended = samples.details ?? never();
const busy = samples['details-kept'] ?? never();

function found(verdict: Verification['verdict']): Verification {
  const file = { what: 'disk vda', path: '/disks/vda.qcow2' };
  return {
    verdict,
    madeAt: null,
    files: [{ ...file, verdict: verdict === 'damaged' ? 'changed' : 'intact' }],
  };
}

test('a saved state is verified, and what came of it is said', async () => {
  let verdict: Verification['verdict'] = 'intact';
  const { bridge } = await show(suspended, {
    'machine.verify': () => yes({ name: 'Windows 11', verification: found(verdict) }),
  });
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect.element(page.getByText('Everything is as it was when it was saved.')).toBeVisible();
  expect(bridge.paramsOf('machine.verify')).toEqual([{ machine: 'windows-11', background: false }]);
  verdict = 'damaged';
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect.element(page.getByText('/disks/vda.qcow2')).toBeVisible();
});

test('a saved state is made smaller when it is asked to', async () => {
  const { bridge } = await show(suspended, {
    'machine.compact': () => yes({ name: 'Windows 11', status: 'suspended', seconds: 1 }),
  });
  await page.getByRole('button', { name: 'Make Smaller' }).click();
  expect(bridge.paramsOf('machine.compact')).toEqual([{ machine: 'windows-11' }]);
});

test('while a state is read there is progress and Cancel, and nothing to begin', async () => {
  const { bridge } = await show(busy);
  await expect.element(page.getByRole('progressbar')).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Verify' })).not.toBeInTheDocument();
  await page.getByRole('button', { name: 'Cancel' }).click();
  expect(bridge.paramsOf('machine.cancel')).toEqual([{ machine: 'debian-13' }]);
});

function never(): never {
  throw new Error('a sample is missing');
}
