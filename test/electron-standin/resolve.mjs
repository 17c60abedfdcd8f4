/**
 * Sends every import and require of `electron` in this process to the stand-in, whoever asks: the
 * app, menubar's require, electron-store's import. Also usable alone, as `node --import resolve.mjs`.
 *
 * Plain JavaScript: every worker of the unit tests starts with it, and taking types away costs 0.1 s.
 */
import { registerHooks } from 'node:module';

const standinUrl = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'electron' || /^electron\/(main|common)$/.test(specifier)) {
      return { url: standinUrl, shortCircuit: true, format: 'module-typescript' };
    }
    return next(specifier, context);
  },
});
