/**
 * What command line and app ask about hosts and images. It needs no agent and no library: it reads,
 * and it downloads. Here it gets Torpor's own folders.
 */
import { dirname, join } from 'node:path';
import { type Problem, toProblem } from '../core/errors.ts';
import {
  type CatalogueRow,
  type JudgedRow,
  judgeCatalogue,
  readCatalogue,
} from '../preflight/catalogue.ts';
import { type Download, startDownload as start } from '../preflight/download/download.ts';
import type { DownloadOptions, DownloadRequest } from '../preflight/download/events.ts';
import { explain } from '../preflight/explain/explain.ts';
import {
  type FrameworkError,
  frameworkErrorOf,
  parseFrameworkError,
} from '../preflight/explain/framework-error.ts';
import type { Explanation } from '../preflight/explain/meaning.ts';
import { readHostFacts } from '../preflight/host/facts.ts';
import type { TablePlaces } from '../preflight/known-broken/table.ts';
import { type TableUpdate, updateTable } from '../preflight/known-broken/update.ts';
import { deviceSupportOutlook, type Outlook } from '../preflight/outlook.ts';
import { type Edition, wordsFor } from '../preflight/phrases.ts';
import {
  accessTo,
  findImage,
  type PreflightOptions,
  type PreflightReport,
  preflight,
  readSituation,
} from '../preflight/preflight.ts';
import { lockTarget } from './download-lock.ts';
import { edition } from './edition.ts';
import { defaultLibrary, surroundings } from './paths.ts';

export type { Download } from '../preflight/download/download.ts';
export type { DownloadEvent } from '../preflight/download/events.ts';
export { catalogueText } from '../preflight/report/catalogue-text.ts';
export { explanationText } from '../preflight/report/explanation-text.ts';
export { progressText } from '../preflight/report/progress-text.ts';
export { reportText } from '../preflight/report/report-text.ts';
export { preflightExitCode } from '../preflight/verdict.ts';
export type { CatalogueRow, Explanation, JudgedRow, PreflightReport, TableUpdate };

export type Question = Pick<
  PreflightOptions,
  'hostRoot' | 'libraryPath' | 'plan' | 'askSigningServer' | 'edition' | 'http' | 'now'
>;

/** What an agent is told once about all of its questions: the edition, and in tests the host. */
export type HowToAsk = Pick<Question, 'hostRoot' | 'edition' | 'now'>;

/** The folder of fetched tables and of a person's own rows, and the administrator's folder beside it. */
export function tablePlaces(place = surroundings()): TablePlaces & { readonly folder: string } {
  const { TORPOR_LIBRARY: _, ...environment } = place.environment;
  const data = dirname(defaultLibrary({ ...place, environment }));
  const shared =
    place.platform === 'darwin' ? '/Library/Application Support/Torpor' : '/etc/torpor';
  return { folder: join(data, 'preflight'), alsoFrom: [join(shared, 'known-broken.d')] };
}

/** A question with what is the same for all: this edition, unless it names one, and the tables here. */
function asked(question: Question): PreflightOptions & { readonly edition: Edition } {
  return { edition, ...question, table: tablePlaces() };
}

/** Whether a host can install an image; see preflight(). */
export function checkImage(image: string, question: Question): Promise<PreflightReport> {
  return preflight(image, asked(question));
}

/** The images of a catalogue, each with its verdict. */
export async function listImages(
  catalogue: string | undefined,
  question: Question,
): Promise<readonly JudgedRow[]> {
  return await judgeRows(await readCatalogue(catalogue, question.http), question);
}

/** The image of a catalogue at this address, with its verdict; undefined when it lists none. */
export async function judgeListed(
  url: string,
  catalogue: string | undefined,
  question: Question,
): Promise<JudgedRow | undefined> {
  const rows = await readCatalogue(catalogue, question.http);
  const [judged] = await judgeRows(rows.filter((row) => row.url === url).slice(0, 1), question);
  return judged;
}

async function judgeRows(
  rows: readonly CatalogueRow[],
  question: Question,
): Promise<readonly JudgedRow[]> {
  const options = asked(question);
  const situation = await readSituation(await accessTo(question.hostRoot), options);
  return await judgeCatalogue(rows, situation, options);
}

/** The row of a catalogue with this build. Throws what readCatalogue throws. */
export async function imageInCatalogue(
  build: string,
  catalogue: string | undefined,
): Promise<CatalogueRow | undefined> {
  const rows = await readCatalogue(catalogue);
  return rows.find((row) => row.build === build);
}

/** An explanation, and what kept the image from being read, if it was named and could not be. */
export interface Explained extends Explanation {
  readonly imageProblem: Problem | undefined;
}

/** What an error of Apple's framework means on a host. Throws BAD_REQUEST when the text holds none. */
export async function explainError(
  text: string,
  image: string | undefined,
  question: Question,
): Promise<Explained> {
  return explainAt(parseFrameworkError(text), image, question);
}

/** As explainError, of an error that a driver caught; undefined when `error` is none. */
export async function explainFailure(
  error: unknown,
  image: string,
  question: Question,
): Promise<Explained | undefined> {
  const known = frameworkErrorOf(error);
  return known && explainAt(known, image, question);
}

async function explainAt(
  error: FrameworkError,
  image: string | undefined,
  question: Question,
): Promise<Explained> {
  const options = asked(question);
  const situation = await readSituation(await accessTo(question.hostRoot), options);
  const words = wordsFor(options.edition, situation.table.coverage.released);
  const found =
    image === undefined
      ? { image: undefined, problem: undefined }
      : await findImage(image, question.http).then(
          (read) => ({ image: read, problem: undefined }),
          (failure: unknown) => ({ image: undefined, problem: toProblem(failure) }),
        );
  const explanation = explain(error, { ...situation, words, image: found.image });
  return { ...explanation, imageProblem: found.problem };
}

/** What will matter at the next installation on a host; undefined where nothing is certain. */
export async function readOutlook(
  question: Pick<Question, 'hostRoot' | 'libraryPath'>,
): Promise<Outlook | undefined> {
  const { libraryPath } = question;
  return deviceSupportOutlook(
    await readHostFacts(await accessTo(question.hostRoot), { libraryPath }),
  );
}

/** Downloads an image; see startDownload() of preflight. No second one writes to the same target. */
export function startDownload(request: DownloadRequest, options: DownloadOptions = {}): Download {
  return start(request, { lock: lockTarget, ...options });
}

/** Takes a newer table of known problems; see updateTable(). */
export function updateKnownProblems(from: string): Promise<TableUpdate> {
  return updateTable(from, tablePlaces());
}
