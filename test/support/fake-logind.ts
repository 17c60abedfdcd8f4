/**
 * A message bus of its own for a test, with a logind on it that tells what the test says. It hands out
 * no locks: Node cannot send a file descriptor; see src/main/power/inhibitor.ts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type MessageBus } from 'dbus-native';

const object = '/org/freedesktop/login1';
const iface = 'org.freedesktop.login1.Manager';

export interface PrivateBus extends AsyncDisposable {
  readonly address: string;
  /** Puts a logind on the bus. */
  startLogind(maxDelayMicroseconds: number): Promise<FakeLogind>;
}

export interface FakeLogind {
  tell(signal: 'PrepareForShutdown' | 'PrepareForSleep', isBeginning: boolean): void;
  /** As systemd 255 and later tell it besides. */
  tellType(isBeginning: boolean, type: string): void;
}

export async function privateBus(): Promise<PrivateBus> {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-bus-'));
  const address = `unix:path=${join(folder, 'bus')}`;
  const config = join(folder, 'bus.conf');
  await writeFile(config, configuration(address));
  const daemon = spawn('dbus-daemon', ['--nofork', `--config-file=${config}`, '--print-address'], {
    // It complains about limits of descriptors that it does not need.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(daemon, 'exit');
  // It prints its address when it listens.
  await once(daemon.stdout, 'data');
  const clients: MessageBus[] = [];

  return {
    address,
    async startLogind(maxDelay) {
      const bus = createClient({ busAddress: address });
      clients.push(bus);
      bus.exportInterface({ InhibitDelayMaxUSec: maxDelay }, object, {
        name: iface,
        methods: {},
        properties: { InhibitDelayMaxUSec: 't' },
        signals: {
          PrepareForShutdown: ['b'],
          PrepareForShutdownWithMetadata: ['ba{sv}'],
          PrepareForSleep: ['b'],
        },
      });
      await bus.requestName('org.freedesktop.login1', 0);
      return {
        tell: (signal, isBeginning) => bus.sendSignal(object, iface, signal, 'b', [isBeginning]),
        tellType: (isBeginning, type) =>
          bus.sendSignal(object, iface, 'PrepareForShutdownWithMetadata', 'ba{sv}', [
            isBeginning,
            [['type', ['s', type]]],
          ]),
      };
    },
    async [Symbol.asyncDispose]() {
      for (const bus of clients) bus.connection.end();
      daemon.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(address: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;
}
