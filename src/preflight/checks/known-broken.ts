import { capital } from '../amounts.ts';
import { matchRow } from '../known-broken/match.ts';
import type { Row } from '../known-broken/schema.ts';
import type { Words } from '../phrases.ts';
import { compareVersions, majorOf } from '../version.ts';
import {
  aboutDeviceSupport,
  type Check,
  type CheckContext,
  checkAgain,
  type Finding,
  found,
  pass,
  type Remedy,
  type Step,
} from './check.ts';
import { namedHost } from './named-host.ts';

const severity = { fail: 3, unknown: 2, warn: 1 } as const;

/**
 * Combinations that fail although the image's own demands are met. Where the table does not reach,
 * because the guest or the host is newer than anything it has seen, nothing is known, and unknown
 * does not pass.
 */
export const knownBroken: Check = {
  id: 'known-broken',
  title: 'Known problems',
  run: (context) => {
    const { table, image, host, now, words } = context;
    const matches = table.rows
      .filter((row) => row.moment !== 'open')
      .map((row) => ({ row, match: matchRow(row, image, host, now) }))
      .filter(({ match }) => match !== 'no');
    const certain = matches.filter(({ match }) => match === 'yes').map(({ row }) => row);
    const [worst] = certain.toSorted((a, b) => severity[b.outcome] - severity[a.outcome]);
    if (worst?.outcome === 'fail') return fromRows(worst, certain, words);
    if (table.problems.length > 0) {
      return found(
        'unknown',
        `Some rules about known problems could not be read. ${table.problems.join(' ')}`,
        table.problems.map((problem) => ({
          what: 'rules',
          found: problem,
          source: 'files of rules',
        })),
      );
    }
    const uncharted = beyondTable(context);
    if (uncharted !== undefined) return uncharted;
    if (worst !== undefined && worst.outcome === 'unknown') return fromRows(worst, certain, words);
    const [perhaps] = matches.filter(
      ({ match, row }) => match === 'maybe' && row.outcome !== 'warn',
    );
    if (perhaps !== undefined) {
      return found(
        'unknown',
        `Torpor cannot tell whether a known problem applies to this Mac. ${words.choose(perhaps.row.effect)}`,
        [evidenceOf(perhaps.row)],
        remedyOf(perhaps.row, words),
      );
    }
    if (worst !== undefined) return fromRows(worst, certain, words);
    return pass(`None of ${table.rows.length} known problems applies (table of ${table.issued}).`);
  },
};

function fromRows(worst: Row, all: readonly Row[], words: Words): Finding {
  const parts = [
    worst.outcome,
    words.choose(worst.effect),
    all.map(evidenceOf),
    remedyOf(worst, words),
  ] as const;
  return worst.cause === 'device-support' ? aboutDeviceSupport(...parts) : found(...parts);
}

function evidenceOf(row: Row): { what: string; found: string; source: string } {
  return { what: 'known problem', found: `since ${row.from}`, source: row.source.join(', ') };
}

function remedyOf(row: Row, words: Words): Remedy | undefined {
  if (row.remedy.length === 0) return undefined;
  const steps: Step[] = row.remedy.map((step) => ({
    text: words.choose(step.text),
    ...(step.command === undefined ? {} : { command: step.command }),
    ...(step.link === undefined
      ? {}
      : { button: { label: 'Open Page', action: { kind: 'open-address', url: step.link } } }),
  }));
  return { steps: [...steps, checkAgain], restart: row.restart, alternatives: [] };
}

/** Undefined while guest and host are versions that somebody had tried when the table was made. */
function beyondTable({ table, image, host, words }: CheckContext): Finding | undefined {
  const { coverage } = table;
  const macos = host.macos.known ? host.macos.value : undefined;
  const newGuest = majorOf(image.version) > majorOf(coverage.guest);
  const newHost = macos !== undefined && majorOf(macos.version) > majorOf(coverage.host);
  const newMinor =
    compareVersions(image.version, coverage.guest) > 0 &&
    (macos === undefined || compareVersions(image.version, macos.version) > 0);
  if (!newGuest && !newHost && !newMinor) return undefined;
  const which =
    newHost && !newGuest && !newMinor ? words.host(namedHost(macos)) : words.guest(image);
  return found(
    'unknown',
    `${capital(which)} is newer than anything on record (table of ${table.issued}). The image’s own demands may be met and it may fail all the same, as has happened before, so Torpor cannot tell.`,
    [
      {
        what: 'newest versions on record',
        found: `${words.version(image)} in the machine${macos === undefined ? '' : `, ${words.version(namedHost(macos))} on this Mac`}`,
        needed: `up to ${words.macos(coverage.guest)} in the machine, ${words.macos(coverage.host)} on the Mac`,
        source: `Torpor’s table of known problems, ${table.issued}`,
      },
    ],
    {
      steps: [
        {
          text: 'Get the newest table of known problems.',
          command: 'torpor preflight update --from ADDRESS',
        },
        checkAgain,
      ],
      restart: false,
      alternatives: [],
    },
  );
}
