import { open } from 'node:fs/promises';
import type { NewDisk } from '../../contract/requests.ts';
import { errnoOf, TorporError } from '../../core/errors.ts';
import { usageError } from '../failure.ts';
import { diskBytes } from './size.ts';

const qcow2Magic = Buffer.from('QFI\xfb', 'latin1');

export interface DiskOption {
  readonly kind: 'disk' | 'inPlace';
  readonly text: string;
}

const macosDiskBytes = 64 * 2 ** 30;

/** The one disk that macOS is installed onto: its size, or nothing. */
export function macosDisk(options: readonly DiskOption[]): NewDisk {
  const [first, ...others] = options;
  const bytes = first?.kind === 'disk' ? diskBytes(first.text) : undefined;
  if (first === undefined) return { kind: 'empty', bytes: macosDiskBytes, format: 'raw' };
  if (bytes !== undefined && others.length === 0) return { kind: 'empty', bytes, format: 'raw' };
  throw usageError('macOS is installed onto one empty disk.', 'Give its size: --disk 80G');
}

/** What `--disk` says: `20G` is an empty disk, everything else an image to copy. */
export async function newDisk(
  { kind, text }: DiskOption,
  absolute: (path: string) => string,
): Promise<NewDisk> {
  const bytes = kind === 'disk' ? diskBytes(text) : undefined;
  if (bytes !== undefined) return { kind: 'empty', bytes, format: 'qcow2' };
  const path = absolute(text);
  const format = await imageFormat(path);
  return kind === 'disk'
    ? { kind: 'copy', from: path, format }
    : { kind: 'inPlace', path, format, readOnly: false };
}

/** qcow2 says so in its first four bytes; the agent refuses what is neither that nor raw. */
async function imageFormat(path: string): Promise<'raw' | 'qcow2'> {
  const head = Buffer.alloc(qcow2Magic.length);
  try {
    await using file = await open(path);
    await file.read(head, 0, head.length, 0);
  } catch (error) {
    const missing = errnoOf(error) === 'ENOENT';
    throw new TorporError('DISK_UNAVAILABLE', `The disk image ${path} cannot be read.`, {
      hint: missing
        ? 'There is no such file. An empty disk is given by its size, like 20G.'
        : undefined,
      details: { path },
      cause: error,
    });
  }
  return head.equals(qcow2Magic) ? 'qcow2' : 'raw';
}
