import type { VerifyReport } from '../../contract/requests.ts';

/** The verdict on a saved state, and below it every file that is not simply intact. */
export function verificationLines({ name, verification }: VerifyReport): string[] {
  if (verification === null) return [`Digests of “${name}” are made in the background.`];
  const { verdict, files } = verification;
  const remarks = files
    .filter((file) => file.verdict === 'changed' || file.verdict === 'missing')
    .map(({ what, path, verdict: found }) => `  ${what} is ${found}: ${path}`);
  return [`${sentences[verdict](name)}`, ...remarks];
}

const sentences = {
  intact: (name: string) => `“${name}” is intact: all that it will go on from is as it was saved.`,
  damaged: (name: string) => `“${name}” is damaged.`,
  recorded: (name: string) =>
    `Nothing is known to be wrong with “${name}”. There was nothing to compare all of it with; from now on there is.`,
} as const;
