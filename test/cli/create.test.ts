import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import type { CreateRequest } from '../../src/contract/requests.ts';
import { fakeClient, machineView } from '../support/fake-client.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torpor-cli-'));
  await writeFile(join(folder, 'a.qcow2'), Buffer.from('QFI\xfb and the rest', 'latin1'));
  await writeFile(join(folder, 'b.img'), 'raw');
  await writeFile(join(folder, 'empty.img'), '');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function create(...options: string[]) {
  const asked: CreateRequest[] = [];
  const client = fakeClient({
    'machine.create': (request) => {
      asked.push(request);
      return machineView({ name: request.name });
    },
  });
  const terminal = { ...fakeTerminal({ client }), cwd: folder };
  const code = await runCli(['create', 'web', ...options], terminal);
  return { code, terminal, request: asked[0] };
}

const plain = { name: 'web', disks: [], network: true, display: 'none', policy: {} };

test('what is not said is left to the agent', async () => {
  const { request } = await create('--arch', 'x86_64');
  expect(request).toEqual({ ...plain, architecture: 'x86_64', boot: 'bios' });
});

test('everything can be said', async () => {
  const { request } = await create(
    ...['--memory', '2G', '--cpus', '4', '--disk', '20G', '--iso', 'setup.iso', '--uefi'],
    ...['--display', 'vnc', '--no-network', '--driver', 'qemu', '--mode', 'streamed'],
    ...['--on-quit', 'keepRunning', '--on-launch', 'leaveSuspended', '--arch', 'aarch64'],
  );
  expect(request).toEqual({
    name: 'web',
    memoryMiB: 2048,
    cpus: 4,
    disks: [{ kind: 'empty', bytes: 20 * 2 ** 30, format: 'qcow2' }],
    iso: join(folder, 'setup.iso'),
    boot: 'uefi',
    display: 'vnc',
    network: false,
    driver: 'qemu',
    policy: { stateMode: 'streamed', onQuit: 'keepRunning', onLaunch: 'leaveSuspended' },
    architecture: 'aarch64',
  });
});

test('disks keep their order, know their format, and have absolute paths', async () => {
  const { request } = await create(
    ...['--disk', 'a.qcow2', '--disk-in-place', 'b.img', '--disk', '512M', '--disk', 'empty.img'],
  );
  expect(request?.disks).toEqual([
    { kind: 'copy', from: join(folder, 'a.qcow2'), format: 'qcow2' },
    { kind: 'inPlace', path: join(folder, 'b.img'), format: 'raw', readOnly: false },
    { kind: 'empty', bytes: 512 * 2 ** 20, format: 'qcow2' },
    { kind: 'copy', from: join(folder, 'empty.img'), format: 'raw' },
  ]);
});

test('an image that stays in place is a file, whatever it is called', async () => {
  await writeFile(join(folder, '20G'), 'raw');
  expect((await create('--disk-in-place', '20G')).request?.disks).toEqual([
    { kind: 'inPlace', path: join(folder, '20G'), format: 'raw', readOnly: false },
  ]);
});

describe('a kernel', () => {
  test('boots directly, with what belongs to it', async () => {
    const { request } = await create(
      '--kernel',
      'k',
      '--initrd',
      '/boot/i',
      '--append',
      'quiet -x',
    );
    expect(request?.boot).toEqual({
      kernel: join(folder, 'k'),
      initrd: '/boot/i',
      commandLine: 'quiet -x',
    });
  });

  test('needs neither', async () => {
    expect((await create('--kernel', 'k')).request?.boot).toEqual({ kernel: join(folder, 'k') });
  });
});

test('an ARM machine boots by UEFI, for it has no BIOS', async () => {
  expect((await create('--arch', 'aarch64')).request?.boot).toBe('uefi');
});

test('a disk that is not there is told before anything is made', async () => {
  const { code, terminal, request } = await create('--disk', 'missing.img', '--json');
  expect(code).toBe(1);
  expect(request).toBeUndefined();
  expect(terminal.json()).toMatchObject({ error: { code: 'DISK_UNAVAILABLE' } });
});

test('it prints the machine as list does', async () => {
  expect((await create('--json')).terminal.json()).toMatchObject({ name: 'web', savedState: null });
  expect((await create()).terminal.stdout.text).toBe('“web” is made.\n');
});

test('macOS is installed from an image onto one empty disk, and has a window', async () => {
  const { request } = await create('--restore-image', 'mac.ipsw');
  expect(request).toEqual({
    ...plain,
    boot: { restoreImage: join(folder, 'mac.ipsw'), despiteUnknown: false },
    disks: [{ kind: 'empty', bytes: 64 * 2 ** 30, format: 'raw' }],
    display: 'window',
  });
  const other = await create(
    ...['--restore-image', 'mac.ipsw', '--disk', '80G', '--despite-unknown', '--display', 'none'],
  );
  expect(other.request).toMatchObject({
    boot: { despiteUnknown: true },
    disks: [{ bytes: 80 * 2 ** 30, format: 'raw' }],
    display: 'none',
  });
});

test.each([
  [['--restore-image', 'mac.ipsw', '--disk', 'a.qcow2']],
  [['--restore-image', 'mac.ipsw', '--disk', '20G', '--disk', '20G']],
  [['--restore-image', 'mac.ipsw', '--iso', 'a.iso']],
  [['--despite-unknown']],
])('%j is a usage error', async (options) => {
  const { code, request } = await create(...options);
  expect({ code, request }).toEqual({ code: 2, request: undefined });
});
