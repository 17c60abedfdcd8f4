import type { Fact } from '../../core/driver.ts';
import { toTorporError } from '../../core/errors.ts';
import { hostArchitecture } from './architecture.ts';
import { findFirmware } from './firmware.ts';
import { type Installation, versionText } from './installation.ts';

/** What `torpor doctor` says of a QEMU that can be used. */
export async function factsOf({ paths, facts, choice }: Installation): Promise<Fact[]> {
  const instant = facts.migrationCapabilities.includes('x-ignore-shared');
  return [
    { subject: 'QEMU', verdict: 'good', text: `${versionText(facts)} at ${paths.system}` },
    {
      subject: 'machine type',
      verdict: 'good',
      text: `new machines get ${facts.newestMachineType}`,
    },
    ...choice.considered.map(({ accelerator, usable, reason }): Fact => {
      const chosen = accelerator === choice.accelerator;
      const verdict = chosen && usable ? 'good' : chosen ? 'bad' : 'note';
      return { subject: accelerator, verdict, text: chosen ? `${reason} Guests use it.` : reason };
    }),
    instant
      ? { subject: 'instant mode', verdict: 'good', text: 'guest memory can stay in its file' }
      : {
          subject: 'instant mode',
          verdict: 'note',
          text: 'this QEMU cannot leave memory in its file; states are streamed',
        },
    facts.seccomp
      ? { subject: 'sandbox', verdict: 'good', text: 'QEMU runs with its system-call filter' }
      : {
          subject: 'sandbox',
          verdict: 'note',
          text: 'this QEMU was built without its system-call filter',
        },
    await firmwareFact(paths.dataDirs),
  ];
}

export function problemFacts(error: unknown): Fact[] {
  return [{ subject: 'QEMU', verdict: 'bad', text: toTorporError(error).message }];
}

async function firmwareFact(dataDirs: readonly string[]): Promise<Fact> {
  try {
    const { code } = await findFirmware(hostArchitecture(), dataDirs);
    return { subject: 'UEFI', verdict: 'good', text: code };
  } catch (error) {
    const { message, hint } = toTorporError(error);
    return { subject: 'UEFI', verdict: 'note', text: `${message} ${hint ?? ''}`.trim() };
  }
}
