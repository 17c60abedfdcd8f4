import { type Edition, editionNamed } from '../preflight/phrases.ts';

/** What the build puts here (vite.config.ts), for good; nothing does in code that runs as it is. */
declare const TORPOR_EDITION: string | undefined;

/**
 * Which edition this Torpor is. The app is what it was built as; the command line, which is not built,
 * is what TORPOR_EDITION says when it starts.
 */
export const edition: Edition = editionNamed(
  typeof TORPOR_EDITION === 'undefined' ? process.env.TORPOR_EDITION : TORPOR_EDITION,
);
