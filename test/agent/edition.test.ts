import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createBuilder } from 'vite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { unsayable } from '../../src/preflight/phrases.ts';

const root = join(import.meta.dirname, '..', '..');
const host = join(root, 'test', 'preflight', 'hosts', 'macos-26-6-ready');
const answer = z.object({ edition: z.string(), told: z.string() });

let folder: string;
let catalogue: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torpor-edition-'));
  catalogue = join(folder, 'catalogue.json');
  // Nothing answers there: also what cannot be read is named.
  const url = 'http://127.0.0.1:9/image.ipsw';
  const images = [{ version: '28.0', build: '27A5300a', url }];
  await writeFile(catalogue, JSON.stringify({ format: 1, images }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Builds with the app's own configuration, TORPOR_EDITION being `edition`, and asks what was built. */
async function built(edition: string | undefined): Promise<z.output<typeof answer>> {
  vi.stubEnv('TORPOR_EDITION', edition);
  const outDir = join(folder, String(edition));
  const input = join(import.meta.dirname, 'support', 'edition-entry.ts');
  try {
    const builder = await createBuilder({
      ...{ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' },
      environments: { main: { build: { outDir, rolldownOptions: { input } } } },
    });
    const { main } = builder.environments;
    if (main === undefined) throw new Error('the app has no main process');
    await builder.build(main);
  } finally {
    vi.unstubAllEnvs();
  }
  // What it was built as is not changed by who starts it.
  const env = { ...process.env, TORPOR_EDITION: edition === 'app-store' ? 'direct' : 'app-store' };
  return await ask(join(outDir, 'edition-entry.js'), env);
}

async function ask(program: string, env: NodeJS.ProcessEnv): Promise<z.output<typeof answer>> {
  const argv = [program, '26A5388g', host, folder, catalogue];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env });
  return answer.parse(JSON.parse(stdout));
}

describe('a Torpor that was built for the App Store', () => {
  test('carries its edition, and every sentence of it keeps to what is out', async () => {
    const { edition, told } = await built('app-store');
    expect(edition).toBe('app-store');
    expect(told).not.toMatch(unsayable);
    // An address is the catalogue's own.
    expect(told.replaceAll(/http\S+/g, '')).not.toMatch(/\b28\.0|27A5300a|26A5388g/);
    expect(told).toMatch(/the macOS in this image/);
    expect(told).toMatch(/could not be checked/);
  });

  test('is not made by a name that is misspelt', async () => {
    await expect(built('appstore')).rejects.toThrow(/no edition “appstore”/);
  });
});

test('a Torpor that was built without a word is the direct edition, and names a beta', async () => {
  const { edition, told } = await built(undefined);
  expect(edition).toBe('direct');
  expect(told).toMatch(/macOS 27\.0 beta/);
  expect(told).toMatch(/macOS 28\.0 beta \(27A5300a\): could not be checked/);
});

test('the command line, which is not built, is what the environment says', async () => {
  const entry = join(import.meta.dirname, 'support', 'edition-entry.ts');
  const env = { ...process.env, TORPOR_EDITION: 'app-store' };
  expect(await ask(entry, env)).toMatchObject({
    edition: 'app-store',
    told: expect.not.stringMatching(unsayable),
  });
});

test('the package says which edition it is, is signed as that, and is for the right platform', async () => {
  vi.stubEnv('TORPOR_EDITION', 'app-store');
  vi.resetModules();
  const { default: config } = await import('../../forge.config.ts').finally(() =>
    vi.unstubAllEnvs(),
  );
  const { extendInfo, osxSign } = config.packagerConfig ?? {};
  const { readPackageJson, generateAssets } = config.hooks ?? {};
  expect(extendInfo).toMatchObject({ TorporEdition: 'app-store' });
  expect(await called(readPackageJson, config, { name: 'torpor' })).toEqual({
    ...{ name: 'torpor', edition: 'app-store' },
  });
  const signed = typeof osxSign === 'object' ? osxSign.optionsForFile : undefined;
  expect(await called(signed, '/out/Torpor.app')).toMatchObject({
    entitlements: expect.stringMatching(/entitlements\/app-store\.plist$/),
  });
  await expect(called(generateAssets, config, 'darwin', 'arm64')).rejects.toThrow(/darwin/);
});

/** Calls what the packager calls, with the few arguments that ours looks at. */
async function called(hook: object | undefined, ...given: readonly unknown[]): Promise<unknown> {
  if (typeof hook !== 'function') throw new Error('the packager is given no such function');
  return await Reflect.apply(hook, undefined, given);
}
