import { gigabytes } from '../amounts.ts';
import type { Fact } from '../fact.ts';
import {
  type Check,
  type CheckContext,
  checkAgain,
  type Evidence,
  found,
  pass,
  steps,
} from './check.ts';

function line(
  what: string,
  here: Fact<number>,
  needed: Fact<number>,
  unit: (n: number) => string,
): Evidence {
  return {
    what,
    found: here.known ? unit(here.value) : `unknown: ${here.reason}`,
    needed: needed.known ? `${unit(needed.value)} or more` : `unknown: ${needed.reason}`,
    source: `${here.source}; ${needed.source}`,
  };
}

const cpus = (count: number): string => `${count} CPUs`;
const mebibytes = (count: number): string => `${count} MiB`;

/** Both the machine as planned and the Mac itself must have what the image asks for. */
export const cpusAndMemory: Check = {
  id: 'cpus-and-memory',
  title: 'CPUs and memory',
  run: ({ image, host, plan }) => {
    const { requires } = image;
    const hostMemory: Fact<number> = host.hardware.memoryBytes.known
      ? {
          ...host.hardware.memoryBytes,
          value: Math.floor(host.hardware.memoryBytes.value / (1 << 20)),
        }
      : host.hardware.memoryBytes;
    const evidence = [
      line('CPUs of this Mac', host.hardware.cpus, requires.cpus, cpus),
      line('memory of this Mac', hostMemory, requires.memoryMiB, mebibytes),
      line('CPUs of the machine', planned(plan.cpus), requires.cpus, cpus),
      line('memory of the machine', planned(plan.memoryMiB), requires.memoryMiB, mebibytes),
    ];
    const short = (here: Fact<number>, needed: Fact<number>): boolean =>
      here.known && needed.known && here.value < needed.value;
    if (short(host.hardware.cpus, requires.cpus) || short(hostMemory, requires.memoryMiB)) {
      return found(
        'fail',
        'This Mac has fewer CPUs or less memory than the image asks for.',
        evidence,
        steps({ text: 'Use a Mac with more memory, or an older macOS in the machine.' }),
      );
    }
    if (
      short(planned(plan.cpus), requires.cpus) ||
      short(planned(plan.memoryMiB), requires.memoryMiB)
    ) {
      return found(
        'fail',
        `The machine would get ${plan.cpus} CPUs and ${plan.memoryMiB} MiB of memory, less than the image asks for.`,
        evidence,
        steps(
          {
            text: `Give the machine ${requires.cpus.known ? requires.cpus.value : plan.cpus} CPUs and ${requires.memoryMiB.known ? requires.memoryMiB.value : plan.memoryMiB} MiB of memory at least.`,
          },
          checkAgain,
        ),
      );
    }
    if (!requires.cpus.known || !requires.memoryMiB.known) {
      return found(
        'unknown',
        'The image does not say how many CPUs and how much memory it needs.',
        evidence,
      );
    }
    if (!host.hardware.cpus.known || !hostMemory.known) {
      return found(
        'unknown',
        'Torpor cannot tell how many CPUs and how much memory this Mac has.',
        evidence,
      );
    }
    return pass('CPUs and memory are enough.', evidence);
  },
};

function planned(value: number): Fact<number> {
  return { known: true, value, source: 'the plan of the machine' };
}

/** For an image that only the table knows: the largest so far had 26.5 GB. */
const largestImage = 28e9;

/** Image, disk and saved states at once: running out in the middle is the worst of times. */
export const diskSpace: Check = {
  id: 'disk-space',
  title: 'Disk space',
  run: (context) => {
    const { image, host, plan } = context;
    const free = host.freeSpace;
    const download = plan.imageIsLocal ? 0 : (image.size ?? largestImage);
    const systemBytes = image.systemDiskBytes ?? 0;
    if (plan.diskBytes < systemBytes) {
      return found(
        'fail',
        `A disk of ${gigabytes(plan.diskBytes)} is too small: macOS alone takes ${gigabytes(systemBytes)} of it.`,
        [
          {
            what: 'disk of the machine',
            found: gigabytes(plan.diskBytes),
            needed: gigabytes(systemBytes),
            source: 'the plan of the machine; BuildManifest.plist of the image',
          },
        ],
        steps(
          { text: `Give the machine a disk of ${gigabytes(systemBytes * 2)} or more.` },
          checkAgain,
        ),
      );
    }
    const needed = download + plan.diskBytes + plan.savedStateBytes;
    const evidence: Evidence[] = [
      {
        what: 'free space',
        found: free.known ? gigabytes(free.value) : `unknown: ${free.reason}`,
        needed: `${gigabytes(needed)}: ${parts(context, download)}`,
        source: free.source,
      },
    ];
    if (free.known && image.size === undefined && !plan.imageIsLocal) {
      const without = needed - download;
      if (free.value < needed && free.value >= without) {
        return found(
          'unknown',
          `How large the image is, is not known before its address is. With ${gigabytes(download)} for it, ${gigabytes(needed)} would be needed, and ${gigabytes(free.value)} are free.`,
          evidence,
        );
      }
    }
    if (free.known && free.value < needed) {
      return found(
        'fail',
        `There is not enough space: ${gigabytes(needed)} are needed (${parts(context, download)}), and ${gigabytes(free.value)} are free.`,
        evidence,
        steps(
          {
            text: `Free ${gigabytes(needed - free.value)}, choose a smaller disk, or keep the library on another volume.`,
          },
          checkAgain,
        ),
      );
    }
    if (!free.known)
      return found('unknown', 'Torpor cannot tell how much space is free.', evidence);
    return pass(
      `There is enough space: ${gigabytes(needed)} are needed, ${gigabytes(free.value)} are free.`,
      evidence,
    );
  },
};

function parts({ image, plan }: CheckContext, download: number): string {
  const about = image.size === undefined ? 'up to ' : '';
  const all = [
    download === 0 ? undefined : `image ${about}${gigabytes(download)}`,
    `disk ${gigabytes(plan.diskBytes)}`,
    `saved states ${gigabytes(plan.savedStateBytes)}`,
  ];
  return all.filter((each) => each !== undefined).join(', ');
}
