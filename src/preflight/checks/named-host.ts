import { parseBuild } from '../build-number.ts';
import type { MacosVersion } from '../host/system.ts';
import type { Named } from '../phrases.ts';

/** A host's version in the form that names are made from. */
export function namedHost(macos: MacosVersion): Named {
  return { ...macos, kind: parseBuild(macos.build)?.kind };
}
