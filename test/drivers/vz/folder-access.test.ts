import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createFolderAccess } from '../../../src/drivers/vz/folder-access.ts';
import { cocoa } from './stand-in/failures.ts';
import { createMac } from './stand-in/mac.ts';
import { createStandIn } from './stand-in/native.ts';

/** An app that is opened again and again, on a Mac where a library was chosen outside its container. */
async function sandboxed(isSandboxed = true) {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-folders-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const mac = createMac({ facts: { sandboxed: isSandboxed } });
  const file = join(folder, 'library-access.json');
  const library = join(folder, 'Library');
  return {
    ...{ folder, mac, file, library },
    launch: () =>
      createFolderAccess({ native: () => createStandIn(mac), file, container: '/container' }),
    quit() {
      mac.openBookmarks.clear();
      mac.unchosenFiles.add(library);
    },
    open: () => [...mac.openBookmarks.values()],
  };
}

const refused = (text: string) => ({
  code: 'LIBRARY_UNAVAILABLE',
  message: expect.stringContaining(text),
  hint: expect.stringContaining('Choose the folder again'),
});

describe('a library outside the container', () => {
  test('is opened by the bookmark of the choice, once, at each later launch', async () => {
    const { launch, quit, open, library } = await sandboxed();
    await launch().remember(library);
    for (let launches = 0; launches < 2; launches++) {
      quit();
      const app = launch();
      await app.open(library);
      await app.open(library);
      expect(open()).toEqual([library]);
    }
  });

  test('gets a new bookmark when the system calls the old one stale', async () => {
    const { launch, quit, mac, library } = await sandboxed();
    await launch().remember(library);
    quit();
    mac.staleFiles.add(library);
    await launch().open(library);
    expect(mac.staleFiles.size).toBe(0);
  });

  test('whose stale bookmark cannot be made anew is not left open', async () => {
    const { launch, quit, mac, library, open, file } = await sandboxed();
    await launch().remember(library);
    const before = await readFile(file, 'utf8');
    quit();
    mac.staleFiles.add(library);
    mac.failNext('createBookmark', cocoa(256, 'The volume is read-only.'));
    await expect(launch().open(library)).rejects.toMatchObject(refused('read-only'));
    expect(open()).toEqual([]);
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  test('that was moved is told with its new place', async () => {
    const { launch, quit, mac, library, open } = await sandboxed();
    await launch().remember(library);
    quit();
    mac.movedFiles.set(library, '/Volumes/Big/Library');
    await expect(launch().open(library)).rejects.toMatchObject(refused('/Volumes/Big/Library'));
    expect(open()).toEqual([]);
  });

  test('that was chosen by a link is the same place', async () => {
    const { launch, quit, mac, library, folder, open } = await sandboxed();
    await symlink(folder, library);
    await launch().remember(library);
    quit();
    mac.movedFiles.set(library, folder);
    await launch().open(library);
    expect(open()).toEqual([folder]);
  });

  test('that the system refuses, or nobody chose, is explained', async () => {
    const { launch, quit, mac, library } = await sandboxed();
    await expect(launch().open(library)).rejects.toMatchObject(refused('not chosen'));
    await launch().remember(library);
    quit();
    mac.refusedFiles.add(library);
    await expect(launch().open(library)).rejects.toMatchObject(refused('couldn’t be opened'));
    await expect(launch().remember(library)).rejects.toMatchObject(refused('not permitted'));
  });
});

test('a library inside the container needs none', async () => {
  const { launch, open, file } = await sandboxed();
  await launch().remember('/container/Torpor');
  await launch().open('/container/Torpor');
  expect(open()).toEqual([]);
  await expect(readFile(file)).rejects.toThrow();
});

test('without a sandbox, or without the native part, folders are simply used', async () => {
  const { launch, open, library, file } = await sandboxed(false);
  await launch().remember(library);
  await launch().open(library);
  const elsewhere = createFolderAccess({
    native: () => ({ code: 'HYPERVISOR_UNAVAILABLE', message: 'This needs macOS.' }),
    file,
  });
  await elsewhere.remember(library);
  await elsewhere.open(library);
  expect(open()).toEqual([]);
  await expect(readFile(file)).rejects.toThrow();
});
