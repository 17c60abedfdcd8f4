/**
 * Takes a picture of every sample, light and dark, at 1x and 2x, into docs/images:
 * `npm run screenshots [-- NAME...]`.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { build, type InlineConfig, preview } from 'vite';
import { z } from 'zod';
import { findChromium } from './electron-standin/chromium/chromium.ts';
import { chromiumFlags } from './support/chromium.ts';

const root = path.resolve(import.meta.dirname, '..');
const folder = path.join(root, 'docs', 'images');
const sizesSchema = z.record(z.string(), z.object({ width: z.number(), height: z.number() }));
const wanted = process.argv.slice(2);

const configuration = {
  root,
  configFile: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: path.join(root, '.cache', 'gallery'),
    emptyOutDir: true,
    target: 'chrome146',
    rolldownOptions: { input: path.join(root, 'test', 'panel', 'gallery.html') },
  },
  preview: { host: '127.0.0.1', port: 0 },
} satisfies InlineConfig;

await build(configuration);
const server = await preview(configuration);
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
mkdirSync(folder, { recursive: true });
try {
  const sizes = await sizesOf(browser);
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const deviceScaleFactor of [1, 2]) {
      const context = await browser.newContext({ colorScheme, deviceScaleFactor });
      const page = await context.newPage();
      for (const [name, size] of sizes) {
        await page.setViewportSize(size);
        await page.goto(urlOf(name));
        await page.locator('body[data-is-ready]').waitFor();
        const suffix = deviceScaleFactor === 1 ? '' : '@2x';
        await page.screenshot({
          path: path.join(folder, `${name}-${colorScheme}${suffix}.png`),
          animations: 'disabled',
        });
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
  await server.close();
}

function urlOf(sample: string): string {
  const [origin = ''] = server.resolvedUrls?.local ?? [];
  return `${origin}test/panel/gallery.html?sample=${sample}`;
}

/** The names and window sizes of the samples, asked of the gallery's own table. */
async function sizesOf(from: Browser) {
  const page = await from.newPage();
  await page.goto(urlOf('list'));
  await page.locator('body[data-is-ready]').waitFor();
  const sizes = sizesSchema.parse(
    JSON.parse((await page.locator('body').getAttribute('data-sizes')) ?? ''),
  );
  await page.close();
  return Object.entries(sizes).filter(([name]) => wanted.length === 0 || wanted.includes(name));
}
