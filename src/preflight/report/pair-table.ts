/**
 * The table of hosts and guests in docs/preflight.md, made by running the checks on Macs that have
 * everything but, perhaps, device support. `node src/preflight/report/pair-table.ts` prints it.
 */

import { known } from '../fact.ts';
import type { HostFacts } from '../host/facts.ts';
import type { RestoreImage } from '../image/restore-image.ts';
import { type LoadedTable, loadTable } from '../known-broken/table.ts';
import { imageOfBuild, ownMobileDevice } from '../known-images.ts';
import { wordsFor } from '../phrases.ts';
import { judgeImage } from '../preflight.ts';
import type { Answer } from '../verdict.ts';
import { latest } from '../version.ts';

const hosts: readonly (readonly [version: string, build: string])[] = [
  ['12.6', '21G115'],
  ['13.6', '22G120'],
  ['14.6.1', '23G93'],
  ['15.6.1', '24G90'],
  ['26.5', '25F71'],
  ['26.6.2', '25G82'],
  ['27.0.1', '26A434'],
];

const guests = ['21G217', '22D68', '22G120', '23G93', '24G90', '25A354', '25G82', '26A5406e'];

const answers: Readonly<Record<Answer, string>> = {
  yes: 'yes',
  'yes-with-warnings': 'yes, with a warning',
  no: 'no',
  'cannot-tell': 'cannot tell',
};

/** Markdown, one row for each host and one column for each guest. */
export function pairTable(table: LoadedTable): string {
  const images = guests.map(imageOfBuild);
  const words = wordsFor('direct', table.coverage.released);
  const titles = images.map((image) => words.guestAgain(image).replace('macOS ', ''));
  const rows = hosts.map(([version, build]) => {
    const cells = images.map((image) => cell(version, build, image, table));
    return `| **${version}** | ${cells.join(' | ')} |`;
  });
  return [
    `| this Mac ↓ in the machine → | ${titles.join(' | ')} |`,
    `|${' --- |'.repeat(images.length + 1)}`,
    ...rows,
  ].join('\n');
}

/** The answer with what macOS brings itself, and, where that is a no for its sake, with device support. */
function cell(version: string, build: string, image: RestoreImage, table: LoadedTable): string {
  const own = ownMobileDevice(version) ?? '0';
  const needed = image.requires.mobileDevice;
  const plain = answerOf(version, build, own, image, table);
  const enough = latest([own, needed.known ? needed.value : own]) ?? own;
  if (plain !== 'no' || enough === own) return answers[plain];
  const equipped = answerOf(version, build, enough, image, table);
  return equipped === 'no' ? 'no' : `device support first, then ${answers[equipped]}`;
}

function answerOf(
  version: string,
  build: string,
  mobileDevice: string,
  image: RestoreImage,
  table: LoadedTable,
): Answer {
  const host = idealHost(version, build, mobileDevice);
  const now = new Date(`${table.issued}T00:00:00Z`);
  return judgeImage(image, { host, table }, { libraryPath: '/', now }).verdict.answer;
}

function idealHost(version: string, build: string, mobileDevice: string): HostFacts {
  const source = 'an ideal Mac';
  return {
    description: source,
    platform: 'darwin',
    macos: known({ version, build }, source),
    hardware: {
      appleSilicon: known(true, source),
      virtualization: known(true, source),
      inVirtualMachine: known(false, source),
      cpus: known(10, source),
      memoryBytes: known(32 * 2 ** 30, source),
    },
    mobileDevice: known(mobileDevice, source),
    xcodes: known([], source),
    deviceSupportReceipt: known(undefined, source),
    lastUpdate: known(undefined, source),
    runningGuests: known(0, source),
    freeSpace: known(1e12, source),
    signing: undefined,
  };
}

if (import.meta.main) process.stdout.write(`${pairTable(await loadTable())}\n`);
