import type { CreateRequest } from '../../contract/requests.ts';
import { usageError } from '../failure.ts';

interface BootOptions {
  readonly kernel?: string | undefined;
  readonly initrd?: string | undefined;
  readonly append?: string | undefined;
  readonly uefi?: true | undefined;
  readonly arch?: string | undefined;
  readonly restoreImage?: string | undefined;
  readonly despiteUnknown?: boolean | undefined;
}

/** How a new machine boots. ARM machines have no BIOS. */
export function bootOf(
  { kernel, initrd, append, uefi, arch, restoreImage, despiteUnknown = false }: BootOptions,
  absolute: (path: string) => string,
): CreateRequest['boot'] {
  if (restoreImage !== undefined) return { restoreImage: absolute(restoreImage), despiteUnknown };
  if (despiteUnknown) throw usageError('--despite-unknown goes with --restore-image.');
  if (kernel !== undefined) {
    return {
      kernel: absolute(kernel),
      ...(initrd === undefined ? {} : { initrd: absolute(initrd) }),
      ...(append === undefined ? {} : { commandLine: append }),
    };
  }
  if (initrd !== undefined || append !== undefined) {
    throw usageError('--initrd and --append go with --kernel.');
  }
  const isArm = arch === undefined ? process.arch === 'arm64' : arch === 'aarch64';
  return uefi === true || isArm ? 'uefi' : 'bios';
}
