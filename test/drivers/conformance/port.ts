import { randomUUID } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { defaultPolicy, type MachineConfig, parseConfig } from '../../../src/core/config.ts';
import type { HardwareWish } from '../../../src/core/driver.ts';
import { bundleAt } from '../../../src/core/library/bundle.ts';
import type { Abilities } from '../conformance.ts';
import type { Harness } from './world.ts';

/** What a driver can do without a guest. */
export function describePort(setup: () => Promise<Harness>, abilities: Abilities): void {
  const { boot = { kind: 'bios' }, formats = ['raw', 'qcow2'] } = abilities;
  const wish: Omit<HardwareWish, 'network'> = { boot, disks: [], iso: null, display: 'none' };
  const begin = async (): Promise<Harness> => {
    const harness = await setup();
    onTestFinished(() => harness.cleanup());
    return harness;
  };

  describe('without a guest', () => {
    test('says that it is available, its version, and what it found', async () => {
      const driver = (await begin()).newDriver();
      const availability = await driver.availability();
      expect(availability.available && availability.version).toMatch(/\d/);
      expect(availability.facts.length).toBeGreaterThan(0);
      for (const { subject, text } of availability.facts) {
        expect(subject).not.toBe('');
        expect(text).not.toBe('');
      }
      expect(driver.displayName).not.toBe('');
    });

    test('plans hardware that a configuration can hold, and heeds what was asked for', async () => {
      const driver = (await begin()).newDriver();
      const hardware = await driver.plan({ ...wish, network: true, cpus: 1, memoryMiB: 64 });
      expect(hardware).toMatchObject({ ...wish, cpus: 1, memoryMiB: 64 });
      const config: MachineConfig = {
        formatVersion: 1,
        id: randomUUID(),
        name: 'Planned',
        createdAt: new Date().toISOString(),
        driver: driver.id,
        hardware,
        policy: defaultPolicy,
      };
      expect(parseConfig(config, 'The plan')).toEqual(config);
    });

    test('gives two machines different network addresses, and none to one without a network', async () => {
      const driver = (await begin()).newDriver();
      const first = await driver.plan({ ...wish, network: true });
      const second = await driver.plan({ ...wish, network: true });
      expect(first.network?.mac).not.toBe(second.network?.mac);
      expect((await driver.plan({ ...wish, network: false })).network).toBeNull();
    });

    test('prepares a bundle without failing', async () => {
      const { newDriver, library } = await begin();
      const driver = newDriver();
      const staged = bundleAt(join(library, 'staged'));
      await mkdir(staged.path);
      await driver.prepare(staged, await driver.plan({ ...wish, network: false }));
    });

    test('renews what two machines must not share, and nothing else', async () => {
      const driver = (await begin()).newDriver();
      const first = await driver.plan({ ...wish, network: true });
      const second = await driver.renew(first);
      expect(second.network?.mac).not.toBe(first.network?.mac);
      expect({ ...second, network: null, vz: null }).toEqual({ ...first, network: null, vz: null });
      expect((await driver.renew({ ...first, network: null })).network).toBeNull();
    });

    test.each(formats)('creates an empty %s disk, and never over another', async (format) => {
      const { newDriver, library } = await begin();
      const driver = newDriver();
      const path = join(library, `disk.${format}`);
      await driver.createDisk(path, format, 1024 * 1024);
      const { size, mode } = await stat(path);
      if (format === 'raw') expect(size).toBe(1024 * 1024);
      else expect(size).toBeGreaterThan(0);
      expect(mode & 0o077).toBe(0);
      await expect(driver.createDisk(path, format, 2 * 1024 * 1024)).rejects.toThrow();
      expect((await stat(path)).size).toBe(size);
    });
  });
}
