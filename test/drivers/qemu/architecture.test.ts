import { expect, test } from 'vitest';
import { firmwareCandidates, hostArchitecture } from '../../../src/drivers/qemu/architecture.ts';

test('looks for firmware where distributions put it, then in the data folders of QEMU', () => {
  const candidates = firmwareCandidates('x86_64', ['/opt/homebrew/share/qemu']);
  expect(candidates[0]).toEqual({
    code: '/usr/share/OVMF/OVMF_CODE_4M.fd',
    variables: '/usr/share/OVMF/OVMF_VARS_4M.fd',
  });
  expect(candidates.at(-1)).toEqual({
    code: '/opt/homebrew/share/qemu/edk2-x86_64-code.fd',
    variables: '/opt/homebrew/share/qemu/edk2-i386-vars.fd',
  });
});

test('knows the host by Node’s word, and refuses processors it cannot run on', () => {
  expect(hostArchitecture('x64')).toBe('x86_64');
  expect(hostArchitecture('arm64')).toBe('aarch64');
  expect(() => hostArchitecture('riscv64')).toThrow(
    expect.objectContaining({ code: 'HYPERVISOR_UNAVAILABLE' }),
  );
});
