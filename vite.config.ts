/**
 * `vite build --app` builds the three parts of the app into dist/: the main process (ESM), the preload
 * (one CommonJS file, the only thing a sandbox loads) and the pages.
 *
 * TORPOR_EDITION, `direct` unless set, or `app-store`, is put in for good: how Apple's software is named
 * (src/preflight/phrases.ts).
 */
import { readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { editionNamed } from './src/preflight/phrases.ts';

const root = import.meta.dirname;
const pages = path.join(root, 'src', 'panel');

/** Every html file of src/panel is a page: panel.html, settings.html, and so on. */
const pageFiles = readdirSync(pages)
  .filter((name) => name.endsWith('.html'))
  .map((name) => path.join(pages, name));

/** Electron is there; trash finds its programs beside itself, see forge.config.ts. */
const given = ['electron', 'trash', /^node:/, ...builtinModules];

/** Points at which tests make Torpor fail (src/core/fault-point.ts) are taken out of what is built. */
const withoutFaultPoints: Plugin = {
  name: 'without-fault-points',
  enforce: 'pre',
  transform: {
    filter: { id: /\/src\/.*\.ts$/, code: 'faultPoint(' },
    handler(code, id) {
      if (id.endsWith('/core/fault-point.ts')) return undefined;
      const without = code.replaceAll(/^ *await faultPoint\('[a-z.-]+'\);$/gm, '');
      if (without.includes('faultPoint('))
        this.error(`a fault point is not a line of its own: ${id}`);
      // Line by line the same, so that the source map stays right.
      return { code: without, map: null };
    },
  },
};

export default defineConfig({
  plugins: [withoutFaultPoints],
  root: pages,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  environments: {
    client: {
      build: {
        outDir: path.join(root, 'dist', 'panel'),
        emptyOutDir: true,
        modulePreload: false,
        assetsInlineLimit: 0,
        target: 'chrome146',
        rolldownOptions: { input: pageFiles },
      },
    },
    main: {
      consumer: 'server',
      define: { TORPOR_EDITION: JSON.stringify(editionNamed(process.env.TORPOR_EDITION)) },
      resolve: { noExternal: true, external: ['electron', 'trash'] },
      build: {
        outDir: path.join(root, 'dist', 'main'),
        emptyOutDir: true,
        target: 'node24',
        minify: false,
        sourcemap: true,
        rolldownOptions: {
          input: path.join(root, 'src', 'main', 'index.ts'),
          external: given,
          platform: 'node',
          // All files in one folder, as deep as src/storage: paths relative to a module stay right,
          // among them that of the native addon, which is never bundled.
          output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
        },
      },
    },
    preload: {
      consumer: 'server',
      resolve: { noExternal: true, external: ['electron', 'trash'] },
      build: {
        outDir: path.join(root, 'dist', 'preload'),
        emptyOutDir: true,
        target: 'node24',
        minify: false,
        rolldownOptions: {
          input: path.join(root, 'src', 'preload', 'index.ts'),
          external: given,
          platform: 'node',
          output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
        },
      },
    },
  },
  builder: {
    async buildApp(builder) {
      for (const name of ['main', 'preload', 'client']) {
        const environment = builder.environments[name];
        if (environment) await builder.build(environment);
      }
    },
  },
});
