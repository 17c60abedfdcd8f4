import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { secretService } from '../../../src/storage/keys/keyring.ts';
import { privateBus } from '../../support/fake-logind.ts';
import { rejection } from '../../support/rejection.ts';

const hasKeyring = spawnSync('gnome-keyring-daemon', ['--version']).status === 0;

/** A bus with GNOME Keyring on it, unlocked with a password of its own. */
async function busWithKeyring(): Promise<string> {
  const bus = await privateBus();
  onTestFinished(() => bus[Symbol.asyncDispose]());
  const folder = await mkdtemp(join(tmpdir(), 'torpor-keyring-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const daemon = spawn(
    'gnome-keyring-daemon',
    ['--foreground', '--unlock', '--components=secrets'],
    {
      env: {
        ...{ PATH: process.env.PATH, HOME: folder, XDG_RUNTIME_DIR: folder, XDG_DATA_HOME: folder },
        DBUS_SESSION_BUS_ADDRESS: bus.address,
      },
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  onTestFinished(async () => {
    daemon.kill();
    await ended;
  });
  daemon.stdin?.end('password');
  return bus.address;
}

describe.skipIf(!hasKeyring)('with GNOME Keyring', () => {
  test('a key is made once, kept, and found by its name', async () => {
    const busAddress = await busWithKeyring();
    const first = secretService({ busAddress });
    // It takes its name on the bus when it is ready.
    const key = await vi.waitFor(() => first.current(), { timeout: 10_000 });
    expect(key.secret).toHaveLength(32);
    const second = secretService({ busAddress });
    expect(await second.current()).toEqual(key);
    expect(await second.find(key.id)).toEqual(key);
    expect(await second.find('another')).toBeUndefined();
  });
});

test('a bus without a secret service says what is missing', async () => {
  await using bus = await privateBus();
  const error = await rejection(secretService({ busAddress: bus.address }).current());
  expect(error.code).toBe('CAPABILITY_MISSING');
  expect(error.hint).toContain('GNOME Keyring');
});

test('no bus at all says so too', async () => {
  const nowhere = secretService({ busAddress: 'unix:path=/nonexistent/bus' });
  expect((await rejection(nowhere.find('key'))).code).toBe('CAPABILITY_MISSING');
});
