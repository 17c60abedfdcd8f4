import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, type TestContext, test, vi } from 'vitest';
import { type LoggedKind, loggedVolume, type PowerCut } from '../support/logged-volume.ts';
import { folderForTest } from '../support/volume.ts';
import type { Entry } from '../support/write-log.ts';
import { brokenPromises, tell } from './power-cut-story.ts';

/** As script/soak asks for it: minutes instead of seconds. */
const isComplete = process.env.TORPOR_TEST_COMPLETE !== undefined;
/** Between how many flushes some unflushed writes survive once. */
const shuffleEvery = isComplete ? 1 : 8;
/** btrfs takes as long as the others together, five times over. */
const kinds = isComplete ? (['ext4', 'xfs', 'btrfs'] as const) : (['ext4', 'xfs'] as const);

describe('the power fails at any moment', () => {
  for (const kind of kinds) {
    test(`on ${kind}: what was promised is there, and no state comes back that was used up`, async (context) => {
      expect(await promisesBrokenOn(context, kind, 20)).toEqual([]);
    });
  }

  test('and a flush that is missing is found: of files', async (context) => {
    await withoutFlushOf('files');
    expect((await promisesBrokenOn(context, 'ext4', 1)).length).toBeGreaterThan(0);
  });

  test('and a flush that is missing is found: of directories', async (context) => {
    await withoutFlushOf('directories');
    expect((await promisesBrokenOn(context, 'ext4', 1)).length).toBeGreaterThan(0);
  });
});

/** Makes fsync do nothing for the rest of the test, as if atomic-file.ts did not call it. */
async function withoutFlushOf(what: 'files' | 'directories'): Promise<void> {
  const some = await open(import.meta.filename);
  const prototype: typeof some = Object.getPrototypeOf(some);
  await some.close();
  const { sync } = prototype;
  const spy = vi.spyOn(prototype, 'sync').mockImplementation(async function (this: typeof some) {
    const isDirectory = (await this.stat()).isDirectory();
    if (isDirectory !== (what === 'directories')) await sync.call(this);
  });
  onTestFinished(() => void spy.mockRestore());
}

async function promisesBrokenOn(
  context: TestContext,
  kind: LoggedKind,
  enough: number,
): Promise<string[]> {
  const volume = await loggedVolume(context, kind);
  onTestFinished(() => volume.dispose());
  const runBase = join(await folderForTest(), 'run');
  const story = await tell(volume, runBase);
  const entries = await volume.finish();
  return brokenPromises(volume, entries, story, runBase, cutsOf(entries), enough);
}

/** After every flush with nothing more, and before it with some of what was under way. */
function cutsOf(entries: readonly Entry[]): PowerCut[] {
  const cuts: PowerCut[] = [];
  let flushes = 0;
  for (const [index, { kind }] of entries.entries()) {
    if (kind !== 'flush') continue;
    flushes += 1;
    if (flushes % shuffleEvery === 0) cuts.push({ count: index, survives: coin(index) });
    cuts.push({ count: index, survives: () => false });
  }
  cuts.push({ count: entries.length, survives: () => false });
  return cuts;
}

/** The same for the same seed, so that what fails fails again. */
function coin(seed: number): (index: number) => boolean {
  return (index) => (Math.imul(index + 1, 2654435761) ^ Math.imul(seed + 7, 40503)) % 3 > 0;
}
