/**
 * Sends every import and require of `electron` in this process to the stand-in, whoever asks: the
 * app, menubar's require, electron-store's import. Also usable alone, as `node --import resolve.ts`.
 */
import { registerHooks } from 'node:module';

export const standinUrl = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'electron' || /^electron\/(main|common)$/.test(specifier)) {
      return { url: standinUrl, shortCircuit: true, format: 'module-typescript' };
    }
    return next(specifier, context);
  },
});
