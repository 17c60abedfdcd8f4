import type { MachineConfig, MachineDetail } from '../../contract/app-state.ts';
import type { Context } from '../context.ts';
import { lastUsedText, statusText } from './list.ts';
import { printable } from './printable.ts';
import { formatBytes, formatMiB } from './size.ts';
import { styles } from './style.ts';
import { plainTable } from './table.ts';
import { formatAgo } from './time.ts';

/** Everything about a machine: a table of what it is, and below it what a person should know. */
export function detailLines(
  detail: MachineDetail,
  { color, terminal }: Pick<Context, 'color' | 'terminal'>,
): string[] {
  const style = styles(color);
  const now = terminal.now();
  const { savedState, problem } = detail;
  const rows: [string, string][] = [
    ['name', printable(detail.name)],
    ['status', style.status(statusText(detail), detail.status)],
    ['last used', lastUsedText(detail, now)],
  ];
  if (savedState !== null) {
    const { bytes, createdAt, mode, reason, wasPaused, form } = savedState;
    const paused = `${wasPaused ? ', while paused' : ''}${form === undefined ? '' : `, ${form}`}`;
    rows.push([
      'saved state',
      `${formatBytes(bytes)}, ${formatAgo(Date.parse(createdAt), now)} (${reason}, ${mode}${paused})`,
    ]);
  }
  if (detail.config !== null) rows.push(...configRows(detail.config));
  rows.push(['id', detail.id], ['bundle', detail.path]);
  const filled = rows.filter(([, value]) => value !== '');

  const lines = plainTable(filled.map(([label, value]) => [style.faint(label), value]));
  if (problem !== null)
    lines.push('', style.bad(printable(problem.message)), ...indented(problem.hint));
  for (const { capability, reason } of detail.missing) {
    lines.push('', `${capabilityNames[capability] ?? capability}: ${reason.message}`);
    lines.push(...indented(reason.hint));
  }
  for (const { path, reason, at, bytes } of detail.setAside) {
    const size = formatBytes(bytes);
    lines.push(
      '',
      `A saved state (${size}) was set aside ${formatAgo(Date.parse(at), now)}: ${reason}`,
    );
    lines.push(...indented(path));
  }
  const tail = detail.consoleTail.trimEnd();
  if (tail !== '') lines.push('', style.faint('console'), ...tail.split('\n').map(printable));
  return lines;
}

function configRows({ hardware, policy, driver, createdAt }: MachineConfig): [string, string][] {
  const { boot, network, iso } = hardware;
  return [
    ['driver', driver],
    ['memory', formatMiB(hardware.memoryMiB)],
    ['cpus', String(hardware.cpus)],
    ['cpu', `${hardware.architecture} ${hardware.cpuModel}`],
    ['machine type', hardware.machineType],
    ['boot', boot.kind === 'kernel' ? `kernel, “${boot.commandLine}”` : boot.kind],
    ...hardware.disks.map(({ id, path, format, readOnly }): [string, string] => [
      'disk',
      `${id}: ${path} (${format}${readOnly ? ', read-only' : ''})`,
    ]),
    ['iso', iso ?? ''],
    ['network', network === null ? 'none' : `${network.kind}, ${network.mac}`],
    ['display', hardware.display],
    ...appleRows(hardware),
    ['memory is saved', policy.stateMode === 'instant' ? 'in place (instant)' : 'streamed'],
    ['on quit', policy.onQuit],
    ['on launch', policy.onLaunch],
    ...liveRows(policy),
    ['states encrypted', policy.encryptStates === true ? 'yes' : 'no'],
    ['stop deadline', `${policy.stopDeadlineSeconds} s`],
    ['made', createdAt],
  ];
}

/** What a guest takes over while it runs, where it was chosen. */
function liveRows({ memoryTargetMiB, window }: MachineConfig['policy']): [string, string][] {
  return [
    ['memory target', memoryTargetMiB === undefined ? '' : formatMiB(memoryTargetMiB)],
    ['window', window === undefined ? '' : windowText(window)],
  ];
}

function windowText(window: NonNullable<MachineConfig['policy']['window']>): string {
  const keys = window.capturesSystemKeys ? 'takes system keys' : 'leaves system keys';
  const size = window.resize === 'follow' ? 'follows its size' : 'fixed size';
  return `${size}, ${keys}, closing: ${window.onClose}`;
}

function appleRows({ vz }: MachineConfig['hardware']): [string, string][] {
  if (vz === undefined) return [];
  const { display } = vz;
  return [
    ['profile', vz.profile],
    ['resolution', display === null ? '' : `${display.width} × ${display.height}`],
    ['sound', vz.audio],
    ['clipboard', vz.clipboard ? 'shared' : ''],
    ['rosetta', vz.rosetta ? 'yes' : ''],
    ...vz.sharedFolders.map(({ name, path, readOnly }): [string, string] => [
      'shared folder',
      `${name}: ${path}${readOnly ? ' (read-only)' : ''}`,
    ]),
    ...vz.networkDisks.map(({ id, url, readOnly }): [string, string] => [
      'network disk',
      `${id}: ${url}${readOnly ? ' (read-only)' : ''}`,
    ]),
  ];
}

const capabilityNames: Readonly<Record<string, string>> = {
  save: 'It cannot be suspended',
  requestStop: 'It cannot be asked to stop',
  screenshot: 'It cannot be photographed',
  console: 'It has no console',
  devices: 'It has not got all that was chosen',
  setClock: 'Its clock cannot be set',
};

function indented(text: string | undefined): string[] {
  return text === undefined ? [] : [`  ${text}`];
}
