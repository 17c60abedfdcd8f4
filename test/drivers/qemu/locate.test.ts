import { describe, expect, test } from 'vitest';
import type { TorporError } from '../../../src/core/errors.ts';
import type { HostFiles } from '../../../src/drivers/qemu/files.ts';
import { type LocateOptions, locateQemu } from '../../../src/drivers/qemu/locate.ts';
import { rejection } from '../../support/rejection.ts';

interface Disk {
  readonly programs?: readonly string[];
  readonly folders?: readonly string[];
  readonly links?: Readonly<Record<string, string>>;
  readonly osRelease?: string;
}

function filesOf({ programs = [], folders = [], links = {}, osRelease }: Disk): HostFiles {
  return {
    isExecutable: async (path) => programs.includes(path),
    exists: async (path) =>
      folders.includes(path) || (path === '/etc/os-release' && osRelease !== undefined),
    realPath: async (path) => links[path] ?? path,
    readText: async () => osRelease ?? '',
    tryReadWrite: async () => {},
  };
}

function locate(disk: Disk, options: Partial<LocateOptions> = {}) {
  return locateQemu({
    env: { PATH: '/usr/bin:/bin' },
    platform: 'linux',
    architecture: 'x86_64',
    files: filesOf(disk),
    ...options,
  });
}

async function refusal(disk: Disk, options: Partial<LocateOptions> = {}): Promise<TorporError> {
  const error = await rejection(locate(disk, options));
  expect(error.code).toBe('HYPERVISOR_UNAVAILABLE');
  return error;
}

describe('finding QEMU', () => {
  test('searches PATH in its order, and ignores relative folders in it', async () => {
    const relative = ['qemu-system-x86_64', 'bin/qemu-system-x86_64'];
    const absolute = ['/a/qemu-system-x86_64', '/b/qemu-system-x86_64', '/b/qemu-img'];
    const programs = [...relative, ...absolute];
    const env = { PATH: '.:bin:/b:/a' };
    expect(await locate({ programs }, { env })).toEqual({
      system: '/b/qemu-system-x86_64',
      img: '/b/qemu-img',
      dataDirs: [],
    });
  });

  test('takes qemu-img from beside the program before PATH, and from PATH otherwise', async () => {
    const system = '/opt/qemu/qemu-system-x86_64';
    const both = { programs: [system, '/opt/qemu/qemu-img', '/usr/bin/qemu-img'] };
    const apart = { programs: [system, '/usr/bin/qemu-img'] };
    const configuredPath = system;
    expect((await locate(both, { configuredPath })).img).toBe('/opt/qemu/qemu-img');
    expect((await locate(apart, { configuredPath })).img).toBe('/usr/bin/qemu-img');
  });

  test('follows Homebrew into its cellar for the data, without PATH', async () => {
    const system = '/opt/homebrew/bin/qemu-system-aarch64';
    const found = await locate(
      {
        programs: [system, '/opt/homebrew/bin/qemu-img'],
        folders: ['/opt/homebrew/share/qemu', '/opt/homebrew/Cellar/qemu/10.1/share/qemu'],
        links: { [system]: '/opt/homebrew/Cellar/qemu/10.1/bin/qemu-system-aarch64' },
      },
      { env: {}, platform: 'darwin', architecture: 'aarch64' },
    );
    expect(found.system).toBe(system);
    expect(found.dataDirs).toEqual([
      '/opt/homebrew/share/qemu',
      '/opt/homebrew/Cellar/qemu/10.1/share/qemu',
    ]);
  });

  test('takes a configured folder too, and never anything but the configured one', async () => {
    const programs = [
      '/opt/q/qemu-system-x86_64',
      '/opt/q/qemu-img',
      '/usr/bin/qemu-system-x86_64',
    ];
    const found = await locate({ programs }, { configuredPath: '/opt/q' });
    expect(found.system).toBe('/opt/q/qemu-system-x86_64');
    const error = await refusal({ programs }, { configuredPath: '/opt/gone' });
    expect(error.message).toContain('/opt/gone');
    expect(error.hint).toContain('settings');
  });

  test('says when only qemu-img is missing', async () => {
    const error = await refusal({ programs: ['/usr/bin/qemu-system-x86_64'] });
    expect(error.message).toContain('qemu-img');
  });
});

describe('the install command', () => {
  const systems: readonly (readonly [name: string, osRelease: string, command: string])[] = [
    [
      'Debian',
      'NAME="Debian GNU/Linux"\nID=debian\n',
      'apt-get install qemu-system-x86 qemu-utils ovmf',
    ],
    ['Mint, by what it is like', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n', 'apt-get install'],
    ['Fedora', 'ID=fedora\r\n', 'dnf install qemu-system-x86'],
    ['Rocky', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'dnf install'],
    ['Manjaro', "ID=manjaro\nID_LIKE='arch'\n", 'pacman -S qemu-system-x86'],
  ];

  test.each(systems)('for %s', async (_name, osRelease, command) => {
    expect((await refusal({ osRelease })).hint).toContain(command);
  });

  test('names the guest architecture’s package', async () => {
    const error = await refusal({ osRelease: 'ID=debian' }, { architecture: 'aarch64' });
    expect(error.message).toContain('qemu-system-aarch64');
    expect(error.hint).toContain('qemu-system-arm');
  });

  test('is Homebrew’s on macOS, and words where the system is unknown', async () => {
    expect((await refusal({}, { platform: 'darwin' })).hint).toContain('brew install qemu');
    const unknown = await refusal({ osRelease: 'ID=plan9\nBUILD_ID=debian\n' });
    expect(unknown.hint).not.toContain('sudo');
    expect(unknown.hint).toContain('7.2');
  });
});
