import type { Fact } from '../../core/driver.ts';
import type { Problem } from '../../core/errors.ts';
import type { HostFacts } from './native-interface.ts';

/** Why no machine can run here; undefined when they can. */
export function availabilityOf({ supported, entitled }: HostFacts): Problem | undefined {
  if (!supported) {
    return {
      code: 'HYPERVISOR_UNAVAILABLE',
      message: 'This Mac cannot run virtual machines of Apple’s framework.',
      hint: 'A virtual machine usually cannot run others. On a real Mac, update macOS.',
    };
  }
  if (!entitled) {
    return {
      code: 'HYPERVISOR_UNAVAILABLE',
      message: 'This program is not signed to run virtual machines.',
      hint: 'In development run script/sign-electron; the Torpor that people install is signed.',
    };
  }
  return undefined;
}

/** What `torpor doctor` says of a Mac whose machines can run. */
export function factLines(facts: HostFacts): Fact[] {
  const { osVersion, osBuild, architecture, canSave, canRunMacos, rosetta } = facts;
  return [
    { subject: 'macOS', verdict: 'good', text: `${osVersion} (${osBuild}) on ${architecture}` },
    canSave
      ? { subject: 'Suspending', verdict: 'good', text: 'This Mac saves and restores machines.' }
      : {
          subject: 'Suspending',
          verdict: 'bad',
          text: 'Saving machines needs Apple silicon and macOS 14 or later.',
        },
    canRunMacos
      ? { subject: 'macOS guests', verdict: 'good', text: 'Two can run at once.' }
      : { subject: 'macOS guests', verdict: 'note', text: 'They need Apple silicon.' },
    { subject: 'Rosetta for Linux guests', verdict: 'note', text: rosettaText[rosetta] },
  ];
}

const rosettaText: Record<HostFacts['rosetta'], string> = {
  notSupported: 'This Mac has none.',
  notInstalled: 'It is not installed; macOS offers it when an Intel program is first opened.',
  installed: 'It is installed.',
};
