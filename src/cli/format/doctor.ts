import type { DriverReport } from '../../contract/requests.ts';
import type { Diagnosis } from '../verbs/doctor.ts';
import { formatBytes } from './size.ts';
import { type Styles, styles } from './style.ts';
import { plainTable } from './table.ts';

/** What `torpor doctor` tells a person: what was found, and of each driver what is good or bad. */
export function doctorLines(diagnosis: Diagnosis, color: boolean): string[] {
  const style = styles(color);
  const { agent, library, drivers } = diagnosis;
  const space =
    library.space === null
      ? 'free space unknown'
      : `${formatBytes(library.space.available)} of ${formatBytes(library.space.total)} free`;
  const head = plainTable([
    [style.faint('Torpor'), diagnosis.version],
    [style.faint('Node'), `${diagnosis.node} on ${diagnosis.platform} ${diagnosis.architecture}`],
    [style.faint('agent'), `${agent.phase}, process ${agent.pid}, since ${agent.startedAt}`],
    [style.faint('library'), `${library.path} (${space})`],
    [style.faint('sockets'), diagnosis.runDirectory ?? 'unknown'],
  ]);
  return [...head, ...drivers.flatMap((driver) => ['', ...driverLines(driver, style)])];
}

function driverLines(report: DriverReport, style: Styles): string[] {
  const { displayName, available, version, problem, facts } = report;
  const verdict = available ? 'good' : 'bad';
  const state = available
    ? `can be used${version === null ? '' : `, version ${version}`}`
    : 'cannot be used';
  const lines = [
    `${style.verdict(marks[verdict], verdict)} ${style.heading(displayName)} ${state}`,
  ];
  if (problem !== null) {
    lines.push(`    ${problem.message}`);
    if (problem.hint !== undefined) lines.push(`    ${problem.hint}`);
  }
  const table = plainTable(
    facts.map((fact) => [
      style.verdict(marks[fact.verdict], fact.verdict),
      style.faint(fact.subject),
      fact.text,
    ]),
  );
  return [...lines, ...(facts.length === 0 ? [] : table.map((line) => `  ${line}`))];
}

/** Signs and colours say the same; the signs alone are enough. */
const marks = { good: '✓', note: '•', bad: '✗' } as const;
