import { capital } from '../amounts.ts';
import type { HostFacts } from '../host/facts.ts';
import { type Check, type Evidence, found, pass, steps } from './check.ts';

/** Whether macOS guests can run on this host at all. */
export const hostArchitecture: Check = {
  id: 'host-architecture',
  title: 'This computer',
  run: ({ host }) => {
    if (host.platform !== 'darwin') {
      return found(
        'fail',
        `${capital(host.description)} runs ${systemName(host.platform)}. macOS machines can be installed and run on Macs with Apple silicon only.`,
        [evidenceOf('system', systemName(host.platform), 'macOS', 'the running system')],
        steps({
          text: 'Use a Mac with an M1 or later. On this computer, use Linux or Windows in the machine.',
        }),
      );
    }
    const { appleSilicon, virtualization, inVirtualMachine } = host.hardware;
    const evidence = evidenceFrom(host);
    if (appleSilicon.known && !appleSilicon.value) {
      return found(
        'fail',
        'This Mac has an Intel processor. macOS machines need Apple silicon.',
        evidence,
        steps({ text: 'Use a Mac with an M1 or later.' }),
      );
    }
    if (inVirtualMachine.known && inVirtualMachine.value) {
      return found(
        'fail',
        'This macOS runs in a virtual machine itself. A macOS machine cannot run inside another one.',
        evidence,
        steps({ text: 'Run Torpor on the Mac itself.' }),
      );
    }
    if (virtualization.known && !virtualization.value) {
      return found(
        'fail',
        'macOS says that this Mac cannot run virtual machines.',
        evidence,
        steps({
          text: 'If the Mac is managed, ask who manages it whether virtualization is switched off.',
        }),
      );
    }
    if (!appleSilicon.known || !virtualization.known) {
      return found(
        'unknown',
        'Torpor cannot tell whether this Mac can run macOS machines, because the kernel did not answer.',
        evidence,
        steps({
          text: 'Try in Terminal; both must print 1.',
          command: 'sysctl -n hw.optional.arm64 kern.hv_support',
        }),
      );
    }
    return pass('This Mac has Apple silicon and can run macOS machines.', evidence);
  },
};

function evidenceFrom(host: HostFacts): Evidence[] {
  const { appleSilicon, virtualization, inVirtualMachine } = host.hardware;
  const answer = (fact: typeof appleSilicon): string =>
    fact.known ? (fact.value ? 'yes' : 'no') : `unknown: ${fact.reason}`;
  return [
    evidenceOf('Apple silicon', answer(appleSilicon), 'yes', appleSilicon.source),
    evidenceOf('virtualization', answer(virtualization), 'yes', virtualization.source),
    evidenceOf('inside a virtual machine', answer(inVirtualMachine), 'no', inVirtualMachine.source),
  ];
}

function evidenceOf(what: string, value: string, needed: string, source: string): Evidence {
  return { what, found: value, needed, source };
}

function systemName(platform: string): string {
  const names: Readonly<Record<string, string>> = { linux: 'Linux', win32: 'Windows' };
  return names[platform] ?? platform;
}
