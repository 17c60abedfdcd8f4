import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { CreationView } from '../../../src/contract/app-state.ts';
import type { PreflightReport } from '../../../src/contract/preflight.ts';
import { show } from '../support/environment.ts';
import { yes } from '../support/fake-bridge.ts';
import { driverReports, report } from '../support/preflight-sample.ts';
import { state, usual } from '../support/samples.ts';
import { samples } from '../support/views.tsx';

const sample = samples['create'] ?? never();
const file = '/images/UniversalMac.ipsw';
const vz = {
  ...({ driver: 'vz', displayName: 'Apple Virtualization', facts: [] } as const),
  ...{ available: true, version: '15.5', problem: null },
};

const answering = (answer: PreflightReport['verdict']['answer']): PreflightReport => ({
  ...report,
  verdict: { ...report.verdict, answer, todo: [], results: [] },
});

async function choosing(found: PreflightReport) {
  const making = Promise.withResolvers<void>();
  const shown = await show(sample, {
    'host.check': () => yes([...driverReports, vz]),
    'file.choose': () => yes({ path: file }),
    'preflight.run': () => yes(found),
    'machine.create': async () => {
      await making.promise;
      return { ok: false, problem: { code: 'CANCELLED', message: 'It was not made.' } };
    },
    'machine.cancel': () => yes({ cancelled: true }),
  });
  await page.getByRole('radio', { name: 'macOS' }).click({ force: true });
  await page.getByRole('button', { name: 'Choose…' }).click();
  return { ...shown, finish: making.resolve };
}

const create = () => page.getByRole('button', { name: 'Create', exact: true });

test('where no macOS guest can run it says so, with the reason, and offers nothing that would fail', async () => {
  const problem = { code: 'HYPERVISOR_UNAVAILABLE', message: 'It is part of macOS.' } as const;
  await show(sample, {
    'host.check': () => yes([...driverReports, { ...vz, available: false, problem }]),
  });
  await page.getByRole('radio', { name: 'macOS' }).click({ force: true });
  await expect.element(page.getByText('This computer cannot run macOS machines.')).toBeVisible();
  await expect.element(page.getByText('It is part of macOS.')).toBeVisible();
  await expect.element(create()).not.toBeInTheDocument();
});

test('an image is judged when it is chosen; a red check has its remedy beside it, and bars the way', async () => {
  const { bridge } = await choosing(report);
  expect(bridge.paramsOf('preflight.run')).toEqual([{ image: file }]);
  const remedy = page.getByRole('list', { name: 'What to do about Device support' });
  await expect.element(remedy.getByText('xcodebuild -runFirstLaunch')).toBeVisible();
  await expect.element(create()).not.toBeInTheDocument();
  await remedy.getByRole('button', { name: 'Check Again' }).click();
  expect(bridge.paramsOf('preflight.run')).toEqual([{ image: file }, { image: file }]);
});

test('what cannot be told is accepted only by a person who says so', async () => {
  const { bridge, finish } = await choosing(answering('cannot-tell'));
  await expect.element(create()).not.toBeInTheDocument();
  await page.getByLabelText('I have read what Torpor cannot tell', { exact: false }).click();
  await create().click();
  expect(bridge.paramsOf('machine.create')).toMatchObject([
    { boot: { restoreImage: file, despiteUnknown: true } },
  ]);
  finish();
});

test('a yes leads to the machine, with progress and a way to end it', async () => {
  const { bridge, finish } = await choosing(answering('yes'));
  await create().click();
  expect(bridge.paramsOf('machine.create')).toMatchObject([
    {
      ...{ name: 'UniversalMac', display: 'window' },
      boot: { restoreImage: file, despiteUnknown: false },
      disks: [{ kind: 'empty', format: 'raw', bytes: 64 * 2 ** 30 }],
    },
  ]);
  const creation: CreationView = {
    ...{ id: 'x', name: 'UniversalMac', step: 'installing', fraction: 0.25 },
    ...{ stepStartedAt: 0, cancellable: true },
  };
  bridge.tell('state', { ...state(usual), revision: 2, creations: [creation] });
  await expect.element(page.getByRole('progressbar')).toHaveAttribute('value', '0.25');
  await page.getByRole('button', { name: 'Cancel and Remove' }).click();
  expect(bridge.paramsOf('machine.cancel')).toEqual([{ machine: 'x' }]);
  finish();
  await expect.element(create()).toBeEnabled();
});

test('another file is another question', async () => {
  await choosing(answering('yes'));
  await expect.element(create()).toBeVisible();
  await page.getByLabelText('Restore image').fill('/images/other.ipsw');
  await expect.element(create()).not.toBeInTheDocument();
});

function never(): never {
  throw new Error('there is no such sample');
}
