/** Making a macOS guest: preflight right before, the installation, and what its failures mean. */
import type { CreateRequest, MacosSource } from '../../contract/requests.ts';
import type { MachineConfig } from '../../core/config.ts';
import type { Driver } from '../../core/driver.ts';
import { TorporError, toTorporError } from '../../core/errors.ts';
import type { Bundle } from '../../core/library/bundle.ts';
import type { AgentContext } from '../context.ts';
import type { CreationControl } from '../creations.ts';
import type { PreflightReport } from '../preflight.ts';
import { machineRunDirectory } from '../run-directory.ts';

type Context = Pick<AgentContext, 'preflight' | 'library' | 'runDirectory'>;

export function isMacos(boot: CreateRequest['boot']): boot is MacosSource {
  return typeof boot !== 'string' && 'restoreImage' in boot;
}

/** What a request for a macOS guest asks for; undefined for every other. Throws BAD_REQUEST. */
export function macosOf({ boot, disks, name }: CreateRequest): Installation | undefined {
  if (!isMacos(boot)) return undefined;
  const [disk] = disks;
  if (disk?.kind !== 'empty' || disk.format !== 'raw') {
    throw new TorporError('BAD_REQUEST', 'macOS is installed onto an empty raw disk.', {
      hint: 'Give its size, for instance 64G.',
    });
  }
  return { ...boot, name, diskBytes: disk.bytes };
}

export interface Installation extends MacosSource {
  readonly name: string;
  readonly diskBytes: number;
}

/** What the machine is given, as far as somebody chose it. */
export type Wished = Pick<CreateRequest, 'cpus' | 'memoryMiB'>;

/**
 * Reads image and host anew and throws INSTALL_REFUSED, with the verdict as its detail, unless the
 * answer is a yes, or nobody can tell and the request says to go on. Also what preflight throws.
 */
export async function assertInstallable(
  { preflight, library }: Context,
  { restoreImage, despiteUnknown, diskBytes }: Installation,
  { cpus, memoryMiB }: Wished,
): Promise<void> {
  const { checkImage } = await import('../preflight.ts');
  const report = await checkImage(restoreImage, {
    ...preflight,
    libraryPath: library,
    plan: {
      diskBytes,
      ...(cpus === undefined ? {} : { cpus }),
      ...(memoryMiB === undefined ? {} : { memoryMiB, savedStateBytes: memoryMiB * 2 ** 20 }),
    },
  });
  const { answer } = report.verdict;
  if (answer === 'no' || (answer === 'cannot-tell' && !despiteUnknown)) throw refusal(report);
}

function refusal({ image, verdict }: PreflightReport): TorporError {
  const todo = verdict.todo.map(({ text }) => text).join(' ');
  const unknown =
    verdict.answer === 'cannot-tell' ? ' Or go on knowingly (--despite-unknown): it may fail.' : '';
  const hint = `${todo}${unknown}`.trim();
  return new TorporError('INSTALL_REFUSED', verdict.sentence, {
    hint: hint === '' ? undefined : hint,
    details: { image: image.location, verdict },
  });
}

/**
 * Installs macOS into the staged bundle. Whatever fails, the caller removes the bundle; the image is
 * only read. An error of Apple's framework is told with what it most likely means on this Mac.
 */
export async function installMacos(
  context: Context,
  driver: Driver,
  installation: Installation,
  bundle: Bundle,
  config: MachineConfig,
  control: CreationControl,
): Promise<void> {
  const { restoreImage, diskBytes } = installation;
  const { signal } = control;
  const runDirectory = machineRunDirectory(context.runDirectory, config.id);
  try {
    await installerOf(driver)(
      { bundle, config, runDirectory },
      {
        ...{ image: restoreImage, diskBytes, signal },
        async preflight() {
          control.tell('checking');
          await assertInstallable(context, installation, config.hardware);
          control.tell('preparing');
        },
        onProgress: (fraction) => control.tell('installing', fraction),
      },
    );
  } catch (error) {
    throw signal.aborted ? error : await explained(context, installation, error);
  }
}

/** Throws CAPABILITY_MISSING for a driver without macOS guests. */
export function installerOf(driver: Driver): NonNullable<Driver['installMacos']> {
  if (driver.installMacos !== undefined) return driver.installMacos.bind(driver);
  throw new TorporError('CAPABILITY_MISSING', `${driver.displayName} has no macOS guests.`, {
    hint: 'They need Apple’s Virtualization framework, on a Mac with Apple silicon.',
  });
}

/** The error itself when it is none of the framework's, or nobody knows what it means. */
async function explained(
  { preflight, library }: Context,
  { restoreImage, name }: Installation,
  error: unknown,
): Promise<TorporError> {
  const failed = toTorporError(error);
  const { explainFailure } = await import('../preflight.ts');
  const meaning = await explainFailure(failed.details?.['framework'], restoreImage, {
    ...preflight,
    libraryPath: library,
  });
  if (meaning === undefined || meaning.certainty === 'unknown') return failed;
  const todo = meaning.remedy?.steps.map(({ text }) => text).join(' ');
  return new TorporError(
    failed.code === 'HYPERVISOR_FAILED' ? 'INSTALL_FAILED' : failed.code,
    `“${name}” could not be installed. ${meaning.sentence}`,
    {
      hint: `${todo ?? failed.hint ?? ''} The image was kept.`.trim(),
      details: { ...failed.details, explanation: meaning },
      cause: failed,
    },
  );
}
