import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { TorporError } from '../../core/errors.ts';
import { architectures, type GuestArchitecture, hostArchitecture } from './architecture.ts';
import { type HostFiles, hostFiles } from './files.ts';
import { installHint } from './install-command.ts';

export interface LocateOptions {
  /** QEMU's program, or the folder it lies in, as the user set it; then nothing else is tried. */
  readonly configuredPath?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly architecture?: GuestArchitecture | undefined;
  readonly files?: HostFiles | undefined;
}

/** A QEMU installation: absolute paths, as found (symbolic links are kept). */
export interface QemuPaths {
  readonly system: string;
  readonly img: string;
  /** Folders with QEMU's firmware and ROMs that exist, for `firmwareCandidates`. */
  readonly dataDirs: readonly string[];
}

/** Where package managers put programs that an app started from the desktop does not have in PATH. */
const usualFolders: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['/opt/homebrew/bin', '/usr/local/bin', '/opt/local/bin'],
  linux: ['/usr/bin', '/usr/local/bin', '/home/linuxbrew/.linuxbrew/bin'],
};

/**
 * Finds QEMU and qemu-img without starting them: where the user said, else in PATH, else where
 * Homebrew, MacPorts and distributions put them. qemu-img beside the system program wins, so that
 * both are of one version. Throws HYPERVISOR_UNAVAILABLE; the hint holds the install command.
 */
export async function locateQemu(options: LocateOptions): Promise<QemuPaths> {
  const { configuredPath, env, platform, files = hostFiles } = options;
  const architecture = options.architecture ?? hostArchitecture();
  const { binary } = architectures[architecture];
  const folders = [
    ...(env.PATH ?? '').split(delimiter).filter(isAbsolute),
    ...(usualFolders[platform] ?? []),
  ];

  const system =
    configuredPath === undefined
      ? await firstExecutable(
          folders.map((folder) => join(folder, binary)),
          files,
        )
      : await firstExecutable([join(configuredPath, binary), configuredPath], files);
  if (system === undefined) {
    throw configuredPath === undefined
      ? await unavailable(`QEMU (${binary}) is not installed.`)
      : new TorporError(
          'HYPERVISOR_UNAVAILABLE',
          `There is no QEMU at ${configuredPath}, where the settings say it is.`,
          { hint: 'Correct the path in the settings, or remove it to let Torpor search.' },
        );
  }
  const img = await firstExecutable(
    [dirname(system), ...folders].map((folder) => join(folder, 'qemu-img')),
    files,
  );
  if (img === undefined) throw await unavailable('qemu-img, a part of QEMU, is not installed.');
  return { system, img, dataDirs: await dataDirsOf(system, files) };

  async function unavailable(message: string): Promise<TorporError> {
    const hint = installHint(platform, architecture, await readOsRelease(files));
    return new TorporError('HYPERVISOR_UNAVAILABLE', message, { hint });
  }
}

async function firstExecutable(
  paths: readonly string[],
  files: HostFiles,
): Promise<string | undefined> {
  for (const path of paths) {
    if (await files.isExecutable(path)) return path;
  }
  return undefined;
}

/** Beside the program itself, and beside what it links to: Homebrew links into its cellar. */
async function dataDirsOf(system: string, files: HostFiles): Promise<readonly string[]> {
  const programs = [system, await files.realPath(system)];
  const candidates = programs.map((program) => join(dirname(program), '..', 'share', 'qemu'));
  const found: string[] = [];
  for (const folder of new Set(candidates)) {
    if (await files.exists(folder)) found.push(folder);
  }
  return found;
}

/** The two places os-release(5) names; an empty text where there is none, as on macOS. */
async function readOsRelease(files: HostFiles): Promise<string> {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    if (await files.exists(path)) return files.readText(path);
  }
  return '';
}
