import type { AppInfo } from '../../contract/app.ts';
import type { CreateRequest, NewDisk } from '../../contract/requests.ts';
import { isWhole } from '../detail/settings-form.ts';
import { freeName } from '../machine/free-name.ts';
import type { Text } from '../text/text.ts';

export type Source = 'disk' | 'iso' | 'kernel' | 'macos';
export type DiskFormat = 'raw' | 'qcow2';

/** What is chosen and typed, as it is typed. */
export interface CreateForm {
  readonly source: Source;
  readonly file: string;
  readonly initrd: string;
  readonly commandLine: string;
  readonly format: DiskFormat;
  readonly name: string;
  readonly memory: string;
  readonly cpus: string;
  readonly diskGiB: string;
  readonly firmware: 'uefi' | 'bios';
  readonly network: boolean;
  readonly display: boolean;
  /** Null as long as nobody has said: then as the settings say. */
  readonly encrypts: boolean | null;
  /** macOS: a person has read what preflight cannot tell, and goes on. */
  readonly despiteUnknown: boolean;
}

export type CreateField = 'file' | 'initrd' | 'name' | 'memory' | 'cpus' | 'diskGiB';
export type CreateErrors = Partial<Record<CreateField, string>>;

/** A quarter of the host's memory and half of its CPUs, within what suits a guest of today. */
export function emptyForm(host: AppInfo['host'] | undefined): CreateForm {
  const quarter = Math.floor((host?.memoryMiB ?? 8192) / 4 / 1024) * 1024;
  return {
    source: 'iso',
    file: '',
    initrd: '',
    commandLine: '',
    format: 'qcow2',
    name: '',
    memory: String(Math.min(4096, Math.max(1024, quarter))),
    cpus: String(Math.min(4, Math.max(1, Math.floor((host?.cpus ?? 4) / 2)))),
    diskGiB: '32',
    firmware: 'uefi',
    network: true,
    display: true,
    encrypts: null,
    despiteUnknown: false,
  };
}

/** The form for another source: what was chosen is no file of that kind, and macOS needs more room. */
export function withSource(
  form: CreateForm,
  source: Source,
  host: AppInfo['host'] | undefined,
): CreateForm {
  const keeps = form.source !== 'macos' && source !== 'macos';
  const { memory, cpus, diskGiB } = source === 'macos' ? macosNeeds(host) : emptyForm(host);
  return {
    ...form,
    ...{ source, file: '', format: 'qcow2', despiteUnknown: false },
    ...(keeps ? {} : { memory, cpus, diskGiB }),
  };
}

/** With fewer CPUs it freezes now and then; what an image needs at least, preflight says. */
function macosNeeds(host: AppInfo['host'] | undefined) {
  const half = Math.floor((host?.memoryMiB ?? 16_384) / 2 / 1024) * 1024;
  return {
    memory: String(Math.min(8192, Math.max(4096, half))),
    cpus: String(Math.min(4, host?.cpus ?? 4)),
    diskGiB: '64',
  };
}

/** The form with a file chosen: its name is the machine's until a person gives another. */
export function withFile(
  form: CreateForm,
  file: string,
  taken: readonly string[] = [],
): CreateForm {
  const nameOf = (path: string): string => (path === '' ? '' : freeName(nameFrom(path), taken));
  const follows = form.name === '' || form.name === nameOf(form.file);
  return {
    ...form,
    file,
    format: formatOf(file) ?? form.format,
    name: follows ? nameOf(file) : form.name,
  };
}

function formatOf(file: string): DiskFormat | undefined {
  if (/\.(raw|img)$/i.test(file)) return 'raw';
  return /\.qcow2?$/i.test(file) ? 'qcow2' : undefined;
}

/** `debian-13.1.0-amd64-netinst.iso` as `debian 13.1.0 amd64 netinst`. */
export function nameFrom(file: string): string {
  const base = file.split('/').at(-1) ?? '';
  const stem = base
    .replace(/\.(iso|img|raw|qcow2?|ipsw)$/i, '')
    .replaceAll(/[-_]+/g, ' ')
    .trim();
  return stem.charAt(0).toLocaleUpperCase() + stem.slice(1, 200);
}

/** What is wrong with each field; `taken` are the names of the machines that there are. */
export function createErrors(
  form: CreateForm,
  host: AppInfo['host'] | undefined,
  taken: readonly string[],
  words: Text['create']['errors'],
): CreateErrors {
  const errors: Record<CreateField, string | undefined> = {
    file: fileError(form, words),
    initrd:
      form.source !== 'kernel' || form.initrd === '' || form.initrd.startsWith('/')
        ? undefined
        : words.absolute,
    name: nameError(form.name, taken, words),
    memory: isWhole(form.memory, 16, host?.memoryMiB ?? 1_048_576) ? undefined : words.memory,
    cpus: cpusError(form.cpus, host, words),
    diskGiB: !needsDisk(form) || isWhole(form.diskGiB, 1, 65_536) ? undefined : words.disk,
  };
  return Object.fromEntries(Object.entries(errors).filter(([, error]) => error !== undefined));
}

/** Whether the machine gets an empty disk. */
export function needsDisk({ source }: CreateForm): boolean {
  return source === 'iso' || source === 'macos';
}

function fileError({ source, file }: CreateForm, words: Text['create']['errors']) {
  if (file === '') return words.needed;
  if (!file.startsWith('/')) return words.absolute;
  if (source === 'disk' && /\.iso$/i.test(file)) return words.notDisk;
  if (source === 'iso' && /\.(qcow2?|vmdk|vdi|vhdx?)$/i.test(file)) return words.notIso;
  return undefined;
}

function nameError(name: string, taken: readonly string[], words: Text['create']['errors']) {
  if (name.trim() === '') return words.name;
  if (name.length > 200) return words.nameLong;
  if (name !== name.trim()) return words.nameSpace;
  return taken.includes(name) ? words.nameTaken : undefined;
}

function cpusError(
  cpus: string,
  host: AppInfo['host'] | undefined,
  words: Text['create']['errors'],
) {
  if (!isWhole(cpus, 1, 64)) return words.cpus;
  return Number(cpus) > (host?.cpus ?? 64) ? words.cpusHost : undefined;
}

/** The request for a form without errors; `encryptNew` is what the settings say of new machines. */
export function requestFor(form: CreateForm, encryptNew = false): CreateRequest {
  const { source, file, format } = form;
  const copy: NewDisk = { kind: 'copy', from: file, format };
  const empty: NewDisk = {
    kind: 'empty',
    bytes: Number(form.diskGiB) * 2 ** 30,
    format: source === 'macos' ? 'raw' : 'qcow2',
  };
  return {
    name: form.name,
    cpus: Number(form.cpus),
    memoryMiB: Number(form.memory),
    boot: bootOf(form),
    disks: source === 'disk' ? [copy] : needsDisk(form) ? [empty] : [],
    ...(source === 'iso' ? { iso: file } : {}),
    network: form.network,
    display: !form.display ? 'none' : source === 'macos' ? 'window' : 'vnc',
    policy: (form.encrypts ?? encryptNew) ? { encryptStates: true } : {},
  };
}

function bootOf(form: CreateForm): CreateRequest['boot'] {
  const { source, file, initrd, commandLine, firmware, despiteUnknown } = form;
  if (source === 'macos') return { restoreImage: file, despiteUnknown };
  if (source !== 'kernel') return firmware;
  return {
    kernel: file,
    ...(initrd === '' ? {} : { initrd }),
    ...(commandLine.trim() === '' ? {} : { commandLine: commandLine.trim() }),
  };
}
