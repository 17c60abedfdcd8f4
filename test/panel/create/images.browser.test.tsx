import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { DownloadView } from '../../../src/contract/downloads.ts';
import { show } from '../support/environment.ts';
import { type Answers, yes } from '../support/fake-bridge.ts';
import {
  download,
  downloading,
  listed,
  stoppedDownload,
  vzReport,
} from '../support/image-samples.ts';
import { driverReports, report } from '../support/preflight-sample.ts';
import type { Sample } from '../support/views.tsx';
import { samples } from '../support/views.tsx';

const sample: Sample = samples['create-images'] ?? never();
const [beta, release, gone] = listed;

async function looking(answers: Answers = {}, downloads: readonly DownloadView[] = []) {
  return await show({ ...sample, state: downloading(...downloads) }, answers);
}

const button = (name: string) => page.getByRole('button', { name, exact: true });

test('a Mac’s list is Apple’s, each image with its verdict and what to do about it', async () => {
  const { bridge } = await looking();
  await expect.element(page.getByText('macOS 26.6.2 (25G82)', { exact: true })).toBeVisible();
  await expect.element(page.getByText('Can be installed', { exact: true })).toBeVisible();
  await expect.element(page.getByText('Cannot be installed', { exact: true })).toBeVisible();
  await expect.element(page.getByText(gone?.problem?.message ?? '-')).toBeVisible();
  await page.getByText('Why, and what to do').first().click();
  await expect.element(page.getByText('xcodebuild -runFirstLaunch').first()).toBeVisible();
  expect(bridge.paramsOf('images.list')).toEqual([{ catalogue: null }]);
});

test('what can be installed is downloaded; what cannot only by who insists', async () => {
  const { bridge } = await looking({ 'download.start': () => yes(download()) });
  await button(`Download ${release?.name}`).click();
  await page.getByLabelText('Speed of downloads').selectOptions('5 MiB a second');
  await button(`Download Anyway ${beta?.name}`).click();
  expect(bridge.paramsOf('download.start')).toEqual([
    { catalogue: null, url: release?.url, anyway: false, limit: null },
    { catalogue: null, url: beta?.url, anyway: true, limit: 5 * 2 ** 20 },
  ]);
  await expect.element(button(`Download Anyway ${gone?.name}`)).not.toBeInTheDocument();
});

test('a list of one’s own is asked about instead, and Apple’s again', async () => {
  const { bridge } = await looking({ 'file.choose': () => yes({ path: '/lists/ours.json' }) });
  await button('Another List…').click();
  await expect.element(page.getByText('From /lists/ours.json')).toBeVisible();
  await button('Apple’s List').click();
  expect(bridge.paramsOf('file.choose')).toEqual([{ kind: 'catalogue' }]);
  expect(bridge.paramsOf('images.list')).toEqual([
    { catalogue: null },
    { catalogue: '/lists/ours.json' },
    { catalogue: null },
  ]);
});

test('a list that cannot be read says why, and can be read again', async () => {
  const problem = { code: 'REMOTE_FAILED', message: 'mesu.apple.com did not answer.' } as const;
  const { bridge } = await looking({ 'images.list': () => ({ ok: false, problem }) });
  await expect.element(page.getByText(problem.message)).toBeVisible();
  await button('Read Again').click();
  expect(bridge.paramsOf('images.list')).toHaveLength(2);
});

test('a download shows how far it is, how fast, and how long it takes; it is paused, and cancelled', async () => {
  const { bridge } = await looking(
    { 'download.pause': () => yes(download()), 'download.cancel': () => yes(download()) },
    [download()],
  );
  await expect
    .element(page.getByText('6.9 GiB of 19 GiB · 23 MiB a second · about 9 min left'))
    .toBeVisible();
  await expect.element(page.getByRole('progressbar')).toHaveAttribute('max', '1');
  await button('Pause macOS 26.6.2 (25G82)').click();
  await button('Cancel macOS 26.6.2 (25G82)').click();
  const ref = { download: download().id };
  expect(bridge.paramsOf('download.pause')).toEqual([ref]);
  expect(bridge.paramsOf('download.cancel')).toEqual([ref]);
  bridge.tell('state', { ...downloading(download({ phase: 'paused', rate: null })), revision: 2 });
  await button('Resume macOS 26.6.2 (25G82)').click();
  expect(bridge.paramsOf('download.resume')).toEqual([ref]);
});

test('what an earlier run of Torpor left is listed, gone on with, or deleted', async () => {
  const { bridge } = await looking(
    { 'download.resume': () => yes(stoppedDownload), 'download.discard': () => yes({}) },
    [stoppedDownload],
  );
  await expect.element(page.getByText('2 GiB of 25 GiB')).toBeVisible();
  await button(`Go On ${stoppedDownload.name}`).click();
  await button(`Delete ${stoppedDownload.name}`).click();
  expect(bridge.paramsOf('download.resume')).toEqual([{ download: stoppedDownload.id }]);
  expect(bridge.paramsOf('download.discard')).toEqual([{ download: stoppedDownload.id }]);
});

test('the image that a person waited for is chosen and checked when it is there', async () => {
  const { bridge } = await looking({ 'download.start': () => yes(download()) });
  await button(`Download ${release?.name}`).click();
  bridge.tell('state', { ...downloading(download()), revision: 2 });
  await expect.element(page.getByRole('progressbar')).toBeVisible();
  expect(bridge.paramsOf('preflight.run')).toEqual([]);
  const whole = download({ phase: 'complete', rate: null, secondsLeft: null });
  bridge.tell('state', { ...downloading(whole), revision: 3 });
  await expect.element(page.getByLabelText('Restore image')).toHaveValue(whole.path);
  await expect.element(page.getByText(report.verdict.sentence)).toBeVisible();
  expect(bridge.paramsOf('preflight.run')).toEqual([{ image: whole.path }]);
});

test('an image that is complete already is used by who says so, or goes to the trash', async () => {
  const whole = download({ phase: 'complete', rate: null, secondsLeft: null });
  const { bridge } = await looking({ 'download.discard': () => yes({}) }, [whole]);
  expect(bridge.paramsOf('preflight.run')).toEqual([]);
  await button(`Move to Trash ${whole.name}`).click();
  await button(`Use This Image ${whole.name}`).click();
  await expect.element(page.getByLabelText('Restore image')).toHaveValue(whole.path);
  expect(bridge.paramsOf('preflight.run')).toEqual([{ image: whole.path }]);
  expect(bridge.paramsOf('download.discard')).toEqual([{ download: whole.id }]);
});

test('why a download stopped, and that it began again, is told', async () => {
  const problem = {
    code: 'NO_SPACE',
    message: 'The volume is full. 2.1 GB are downloaded and kept.',
  } as const;
  const note = { kind: 'restarted', reason: 'the file on the server changed' } as const;
  await looking({}, [{ ...stoppedDownload, problem, note }]);
  await expect.element(page.getByText(problem.message)).toBeVisible();
  await expect.element(page.getByText(note.reason)).toBeVisible();
});

test('where no macOS guest can run, a list of one’s own still can be looked through', async () => {
  const problem = { code: 'HYPERVISOR_UNAVAILABLE', message: 'It is part of macOS.' } as const;
  const { bridge } = await show(
    { ...sample, platform: 'linux' },
    {
      'host.check': () => yes([...driverReports, { ...vzReport, available: false, problem }]),
      'file.choose': () => yes({ path: '/lists/ours.json' }),
    },
  );
  await page.getByText('Download an image of macOS for another Mac').click();
  expect(bridge.paramsOf('images.list')).toEqual([]);
  await button('Another List…').click();
  await expect.element(page.getByText('Can be installed', { exact: true })).toBeVisible();
});

test('the panel shows what is being downloaded, and nothing of what is not', async () => {
  const list = samples['list'] ?? never();
  const { bridge } = await show({ ...list, state: downloading(download(), stoppedDownload) });
  await expect.element(page.getByText('about 9 min left', { exact: false })).toBeVisible();
  await expect.element(page.getByText(stoppedDownload.name)).not.toBeInTheDocument();
  const whole = download({ phase: 'complete', rate: null, secondsLeft: null });
  bridge.tell('state', { ...downloading(whole), revision: 2 });
  await expect.element(page.getByRole('region', { name: 'Download of' })).not.toBeInTheDocument();
});

function never(): never {
  throw new Error('there is no such sample');
}
