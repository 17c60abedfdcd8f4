import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { imageServer } from '../agent/support/image-server.ts';
import type {} from '../electron-standin/seen.ts';
import { createTestHome, isStandin, quit, type RunningApp, type TestHome } from './support/app.ts';

// A busy computer is slow to launch a browser.
vi.setConfig({ testTimeout: 240_000 });
const patient = { timeout: 60_000 };
const name = 'macOS 15.6.1 (24G90)';

let home: TestHome;
let folder: string;
beforeEach(async () => {
  home = createTestHome();
  folder = await mkdtemp(path.join(tmpdir(), 'torpor-images-'));
});
afterEach(async () => {
  await home.remove();
  await rm(folder, { recursive: true, force: true });
});

/** The create window at macOS, with what a computer that is no Mac offers there. */
async function images(app: RunningApp): Promise<Page> {
  const opening = app.electron.waitForEvent('window', patient);
  await app.panel.evaluate(() => window.torpor.request('window.open', { window: 'create' }));
  const page = await opening;
  await page.getByRole('radio', { name: 'macOS' }).click();
  await page.getByText('Download an image of macOS for another Mac').click();
  return page;
}

// A Mac has Apple's list there, and another way to it; the dialog is answered in the stand-in alone.
test.runIf(isStandin && process.platform === 'linux')(
  'an image is downloaded from a list of one’s own, left at a quit, and gone on with at the next launch',
  async () => {
    const server = await imageServer(folder);
    const catalogue = await server.catalogue();
    const first = await home.launch();
    await first.electron.evaluate((_, file) => {
      const answer = { canceled: false, filePaths: [file] };
      globalThis.electronStandin?.dialogAnswers.push(answer);
    }, catalogue);
    const page = await images(first);
    await page.getByRole('button', { name: 'Another List…' }).click();
    await page.getByText('Cannot be installed').waitFor(patient);
    server.hold(1_000_000);
    await page.getByRole('button', { name: `Download Anyway ${name}` }).click();
    const download = page.getByRole('region', { name: `Download of ${name}` });
    await download.getByText(/ of 2\.\d/).waitFor(patient);
    await download.getByText('Downloading…').waitFor(patient);
    expect(await quit(first)).toEqual({ code: 0, signal: null });

    const target = path.join(home.library, 'Restore Images', 'macOS_15.6.1_24G90.ipsw');
    expect(existsSync(target)).toBe(false);
    expect(existsSync(`${target}.part`)).toBe(true);

    const second = await home.launch();
    const again = await images(second);
    await again.getByText('Stopped. What is here is kept.').waitFor(patient);
    await again.getByRole('button', { name: `Go On ${name}` }).click();
    await again.getByText('Downloaded', { exact: true }).waitFor(patient);
    const served = await readFile(path.join(folder, 'served.ipsw'));
    expect((await readFile(target)).equals(served)).toBe(true);
    expect(server.asked.at(-1)?.range).toMatch(/^bytes=[1-9]\d+-$/);
    expect(await quit(second)).toEqual({ code: 0, signal: null });
  },
);
