import { describe, expect, test } from 'vitest';
import {
  type Accelerator,
  type AcceleratorFacts,
  chooseAccelerator,
  readAcceleratorFacts,
} from '../../../src/drivers/qemu/accelerator.ts';
import type { HostFiles } from '../../../src/drivers/qemu/files.ts';

const linux: AcceleratorFacts = {
  platform: 'linux',
  host: 'x86_64',
  guest: 'x86_64',
  compiledIn: ['kvm', 'tcg'],
  kvmDevice: 'opens',
  virtualizationFlag: 'present',
  hypervisorFramework: undefined,
};

const mac: AcceleratorFacts = {
  platform: 'darwin',
  host: 'aarch64',
  guest: 'aarch64',
  compiledIn: ['hvf', 'tcg'],
  kvmDevice: 'missing',
  virtualizationFlag: 'unknown',
  hypervisorFramework: true,
};

function reasonAgainst(accelerator: Accelerator, facts: AcceleratorFacts): string {
  const { considered } = chooseAccelerator(facts, 'tcg');
  const found = considered.find((one) => one.accelerator === accelerator);
  expect(found?.usable).toBe(false);
  return found?.reason ?? '';
}

describe('choosing', () => {
  test('takes kvm and hvf where they work', () => {
    expect(chooseAccelerator(linux)).toMatchObject({ accelerator: 'kvm', by: 'fitness' });
    expect(chooseAccelerator(mac)).toMatchObject({ accelerator: 'hvf', by: 'fitness' });
    const arm = {
      ...linux,
      host: 'aarch64',
      guest: 'aarch64',
      virtualizationFlag: 'unknown',
    } as const;
    expect(chooseAccelerator(arm).accelerator).toBe('kvm');
  });

  const falls: readonly (readonly [why: string, facts: AcceleratorFacts, words: string])[] = [
    ['/dev/kvm opens without vmx or svm', { ...linux, virtualizationFlag: 'missing' }, 'hang'],
    ['the flags are unknown on x86', { ...linux, virtualizationFlag: 'unknown' }, 'does not say'],
    ['there is no /dev/kvm', { ...linux, kvmDevice: 'missing' }, 'no /dev/kvm'],
    ['/dev/kvm is forbidden', { ...linux, kvmDevice: { failed: 'EACCES' } }, 'group'],
    ['/dev/kvm fails otherwise', { ...linux, kvmDevice: { failed: 'ENODEV' } }, 'ENODEV'],
    ['QEMU has no kvm', { ...linux, compiledIn: ['tcg'] }, 'without kvm'],
    ['the guest is of another kind', { ...linux, guest: 'aarch64' }, 'aarch64'],
  ];

  test.each(falls)('falls to tcg when %s, and says so', (_why, facts, words) => {
    expect(chooseAccelerator(facts).accelerator).toBe('tcg');
    expect(reasonAgainst('kvm', facts)).toContain(words);
  });

  const hvfFalls: readonly (readonly [why: string, facts: AcceleratorFacts, words: string])[] = [
    ['macOS says no', { ...mac, hypervisorFramework: false }, 'is 0'],
    ['macOS says nothing', { ...mac, hypervisorFramework: undefined }, 'does not say'],
    ['QEMU has no hvf', { ...mac, compiledIn: ['tcg'] }, 'without hvf'],
    ['the guest is of another kind', { ...mac, guest: 'x86_64' }, 'x86_64'],
  ];

  test.each(hvfFalls)('falls to tcg on macOS when %s, and says so', (_why, facts, words) => {
    expect(chooseAccelerator(facts).accelerator).toBe('tcg');
    expect(reasonAgainst('hvf', facts)).toContain(words);
  });

  test('honours what is configured, and still reports that it does not work', () => {
    const choice = chooseAccelerator({ ...linux, virtualizationFlag: 'missing' }, 'kvm');
    expect(choice).toMatchObject({ accelerator: 'kvm', by: 'configured' });
    expect(choice.considered.find(({ accelerator }) => accelerator === 'kvm')?.usable).toBe(false);
  });

  test('fails with every reason when nothing is usable', () => {
    const facts: AcceleratorFacts = { ...linux, compiledIn: ['kvm'], kvmDevice: 'missing' };
    expect(() => chooseAccelerator(facts)).toThrow(
      expect.objectContaining({
        code: 'HYPERVISOR_UNAVAILABLE',
        hint: expect.stringMatching(/no \/dev\/kvm.*without tcg/s),
      }),
    );
  });
});

describe('reading the facts', () => {
  const question = { host: 'x86_64', guest: 'x86_64', compiledIn: ['kvm', 'tcg'] } as const;

  function files(kvm: () => Promise<void>, cpuinfo: string | Error): HostFiles {
    return {
      isExecutable: async () => false,
      exists: async () => false,
      realPath: async (path) => path,
      async readText(path) {
        expect(path).toBe('/proc/cpuinfo');
        if (cpuinfo instanceof Error) throw cpuinfo;
        return cpuinfo;
      },
      async tryReadWrite(path) {
        expect(path).toBe('/dev/kvm');
        await kvm();
      },
    };
  }

  function fails(code: string): () => Promise<void> {
    return () => Promise.reject(Object.assign(new Error(code), { code }));
  }

  const opens = async () => {};

  test('reads /dev/kvm and the processor’s flags on Linux', async () => {
    const read = (kvm: () => Promise<void>, cpuinfo: string | Error) =>
      readAcceleratorFacts({ ...question, platform: 'linux', files: files(kvm, cpuinfo) });
    const intel = 'processor\t: 0\nflags\t\t: fpu vmx ssse3\nvmx flags\t: vnmi\n';
    expect(await read(opens, intel)).toMatchObject({
      kvmDevice: 'opens',
      virtualizationFlag: 'present',
      hypervisorFramework: undefined,
    });
    expect(await read(fails('ENOENT'), 'flags\t\t: fpu svm\n')).toMatchObject({
      kvmDevice: 'missing',
      virtualizationFlag: 'present',
    });
    // Words that only look alike: svm_lock and xvmx are no flags of virtualization.
    expect(await read(fails('EACCES'), 'flags\t: fpu svm_lock xvmx\nbugs\t: svm\n')).toMatchObject({
      kvmDevice: { failed: 'EACCES' },
      virtualizationFlag: 'missing',
    });
    expect((await read(opens, 'Features\t: fp asimd\n')).virtualizationFlag).toBe('unknown');
    expect((await read(opens, new Error('no /proc'))).virtualizationFlag).toBe('unknown');
  });

  test('asks macOS for kern.hv_support, and for nothing else', async () => {
    const read = (readSysctl: (name: string) => Promise<string>) =>
      readAcceleratorFacts({
        ...question,
        platform: 'darwin',
        files: files(fails('EIO'), new Error('not on macOS')),
        readSysctl,
      });
    expect(await read(async (name) => (name === 'kern.hv_support' ? '1\n' : ''))).toMatchObject({
      kvmDevice: 'missing',
      virtualizationFlag: 'unknown',
      hypervisorFramework: true,
    });
    expect((await read(async () => '0\n')).hypervisorFramework).toBe(false);
    const unknown = await read(() => Promise.reject(new Error('unknown oid')));
    expect(unknown.hypervisorFramework).toBeUndefined();
  });
});
