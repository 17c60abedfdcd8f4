/**
 * What a built Torpor says of an image that is not out: the build, the folder of a host and the library
 * come as arguments. test/agent/edition.test.ts builds it as the app is built.
 */
import { edition } from '../../../src/agent/edition.ts';
import {
  catalogueText,
  checkImage,
  explainError,
  explanationText,
  listImages,
  reportText,
} from '../../../src/agent/preflight.ts';

const [build = '', hostRoot = '', libraryPath = '', catalogue = ''] = process.argv.slice(2);
const question = { hostRoot, libraryPath, now: new Date('2026-11-24') };
const report = await checkImage(build, question);
const told = [
  report.name,
  reportText(report),
  explanationText(await explainError('10006', build, question)),
  catalogueText(await listImages(catalogue, question)),
];
process.stdout.write(JSON.stringify({ edition, told: told.join('\n') }));
