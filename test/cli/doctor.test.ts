import { expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import type { DriverReport } from '../../src/contract/requests.ts';
import { appState, fakeClient } from '../support/fake-client.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

const usable: DriverReport = {
  driver: 'qemu',
  displayName: 'QEMU',
  available: true,
  version: '7.2.22',
  problem: null,
  facts: [
    { subject: 'program', verdict: 'good', text: '/usr/bin/qemu-system-x86_64' },
    { subject: 'kvm', verdict: 'bad', text: 'The CPU does not virtualise.' },
    { subject: 'accelerator', verdict: 'note', text: 'tcg, which is slow' },
  ],
};

const unusable: DriverReport = {
  ...usable,
  available: false,
  version: null,
  problem: {
    code: 'HYPERVISOR_UNAVAILABLE',
    message: 'QEMU is not installed.',
    hint: 'apt-get install qemu-system-x86',
  },
  facts: [],
};

async function doctor(drivers: readonly DriverReport[], ...options: string[]) {
  const client = fakeClient({ 'state.get': () => appState(), 'host.check': () => drivers });
  const terminal = fakeTerminal({ client });
  return { code: await runCli(['doctor', ...options], terminal), terminal };
}

test('a person reads what works, by signs that need no colour', async () => {
  const { code, terminal } = await doctor([usable]);
  expect(code).toBe(0);
  expect(terminal.stdout.text).toContain('✓ QEMU can be used, version 7.2.22\n');
  expect(terminal.stdout.text).toContain('✓   program       /usr/bin/qemu-system-x86_64\n');
  expect(terminal.stdout.text).toContain('✗   kvm           The CPU does not virtualise.\n');
  expect(terminal.stdout.text).toContain('•   accelerator   tcg, which is slow\n');
  expect(terminal.stdout.text).toContain('/library (10 GiB of 20 GiB free)');
  expect(terminal.stdout.text).toContain('/run/torpor/abcdefgh');
});

test('one driver that works is enough', async () => {
  expect((await doctor([unusable, { ...usable, driver: 'vz' }])).code).toBe(0);
});

test('none that works: the report all the same, and exit code 7', async () => {
  const { code, terminal } = await doctor([unusable]);
  expect(code).toBe(7);
  expect(terminal.stdout.text).toContain('✗ QEMU cannot be used\n');
  expect(terminal.stdout.text).toContain('QEMU is not installed.');
  expect(terminal.stderr.text).toContain('apt-get install qemu-system-x86');
});

test('JSON is the report; when none works it is in the error', async () => {
  expect((await doctor([usable], '--json')).terminal.json()).toMatchObject({
    library: { path: '/library' },
    runDirectory: '/run/torpor/abcdefgh',
    drivers: [usable],
  });
  const { code, terminal } = await doctor([unusable], '--json');
  expect(code).toBe(7);
  expect(terminal.json()).toMatchObject({
    error: { code: 'HYPERVISOR_UNAVAILABLE', details: { drivers: [unusable] } },
  });
});
