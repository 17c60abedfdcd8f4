/** Restore images by catalogue: what there is, whether this computer can install it, and getting it. */
import type {
  CatalogueRef,
  DownloadStart,
  DownloadView,
  ListedImage,
} from '../../contract/downloads.ts';
import { fromProblem, TorporError } from '../../core/errors.ts';
import type { AgentContext } from '../context.ts';
import { downloadId } from '../download-record.ts';
import type { Downloads } from '../downloads.ts';
import type { JudgedRow, PreflightReport } from '../preflight.ts';

type Context = Pick<AgentContext, 'preflight' | 'library' | 'assertAccepting'>;

/** Reads the catalogue, and of each image what it asks for; see listImages(). */
export async function listCatalogue(
  { preflight, library }: Context,
  { catalogue }: CatalogueRef,
): Promise<readonly ListedImage[]> {
  const { listImages } = await import('../preflight.ts');
  const rows = await listImages(catalogue ?? undefined, { ...preflight, libraryPath: library });
  return rows.map((judged) => {
    const { row, name } = judged;
    const report = 'report' in judged ? judged.report : undefined;
    return {
      ...{ name, url: row.url, bytes: report?.image.size ?? row.size ?? null },
      verdict: report?.verdict ?? null,
      problem: 'problem' in judged ? judged.problem : null,
    };
  });
}

/**
 * Reads catalogue, image and host anew and begins the download. Throws BAD_REQUEST for an image that the
 * catalogue does not list, INSTALL_REFUSED with the verdict when it cannot be installed here, unless
 * `anyway`, and what the reading throws.
 */
export async function beginDownload(
  { preflight, library, assertAccepting }: Context,
  downloads: Downloads,
  { catalogue, url, anyway, limit }: DownloadStart,
): Promise<DownloadView> {
  assertAccepting();
  const { judgeListed } = await import('../preflight.ts');
  const judged = await judgeListed(url, catalogue ?? undefined, {
    ...preflight,
    libraryPath: library,
  });
  if (judged === undefined) {
    throw new TorporError('BAD_REQUEST', 'The catalogue does not list that image any more.', {
      hint: 'Read the catalogue again.',
    });
  }
  if ('problem' in judged) throw fromProblem(judged.problem);
  const { report, row, name } = judged;
  const { answer } = report.verdict;
  if (!anyway && (answer === 'no' || answer === 'cannot-tell')) throw notWorth(report);
  assertAccepting();
  const size = row.size ?? report.image.size;
  return await downloads.begin(idOf(judged), {
    formatVersion: 1,
    ...{ name, url },
    ...(size === undefined ? {} : { size }),
    ...(row.sha1 === undefined ? {} : { sha1: row.sha1 }),
    ...(row.sha256 === undefined ? {} : { sha256: row.sha256 }),
    ...(limit === null ? {} : { limit }),
  });
}

function notWorth({ verdict, image }: PreflightReport): TorporError {
  const todo = verdict.todo.map(({ text }) => text).join(' ');
  return new TorporError('INSTALL_REFUSED', verdict.sentence, {
    hint: `Nothing was downloaded. ${todo}`.trim(),
    details: { image: image.location, verdict },
  });
}

/** Apple’s own names say which build they hold; any other name could be that of another image too. */
function idOf({ row }: JudgedRow): string {
  const last = new URL(row.url).pathname.split('/').at(-1) ?? '';
  const isTelling = downloadId.test(last) && last.includes(row.build);
  return isTelling ? last : `macOS_${row.version}_${row.build}.ipsw`;
}
