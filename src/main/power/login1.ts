/**
 * What systemd-logind tells on the system bus before the computer shuts down or sleeps:
 * https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.login1.html
 */
import type { MessageBus } from 'dbus-native';

export interface Login1 {
  /**
   * `isBeginning` is false after waking, and when a shutdown was called off. A shutdown is told twice by a
   * logind that knows what comes after it, the second time with that.
   */
  on(kind: Login1Signal, listener: (isBeginning: boolean, isRestart: boolean) => void): void;
  /** How long a delay lock delays, in milliseconds. */
  readonly maxDelay: number;
  close(): void;
}

export type Login1Signal = 'PrepareForShutdown' | 'PrepareForSleep';

/** Since systemd 255, beside the one without. */
const withMetadata = 'PrepareForShutdownWithMetadata';

const service = 'org.freedesktop.login1';
const object = '/org/freedesktop/login1';
const iface = 'org.freedesktop.login1.Manager';
/** logind's own default, for one that does not say. */
const usualDelay = 5000;

/**
 * Connects to the system bus, or the one at `busAddress`. Undefined where there is no bus or no logind,
 * as in a container: that is no error, only a computer that tells nothing.
 */
export async function connectLogin1(
  onError: (error: unknown) => void,
  busAddress = process.env.DBUS_SYSTEM_BUS_ADDRESS ?? 'unix:path=/var/run/dbus/system_bus_socket',
): Promise<Login1 | undefined> {
  // Half a megabyte that the start of the app does not wait for.
  const { createClient } = await import('dbus-native');
  const bus = createClient({ busAddress });
  const listeners: { kind: string; listener: Parameters<Login1['on']>[1] }[] = [];
  let isUp = false;
  bus.connection.on('error', (error: unknown) => {
    if (isUp) onError(error);
  });
  bus.connection.on('message', (message: SignalMessage) => {
    if (message.interface !== iface || message.path !== object) return;
    const [isBeginning, metadata] = message.body ?? [];
    if (typeof isBeginning !== 'boolean') return;
    const member = message.member === withMetadata ? 'PrepareForShutdown' : message.member;
    const isRestart = message.member === withMetadata && tellsOfRestart(metadata);
    for (const { kind, listener } of listeners)
      if (kind === member) listener(isBeginning, isRestart);
  });
  try {
    const maxDelay = await delayOf(bus);
    for (const member of ['PrepareForShutdown', withMetadata, 'PrepareForSleep']) {
      await bus.addMatch(
        `type='signal',sender='${service}',path='${object}',interface='${iface}',member='${member}'`,
      );
    }
    isUp = true;
    return {
      maxDelay,
      on: (kind, listener) => void listeners.push({ kind, listener }),
      close: () => bus.connection.end(),
    };
  } catch {
    // No bus, no logind on it, or neither allowed: whatever it is, nobody will tell anything.
    bus.connection.end();
    return undefined;
  }
}

interface SignalMessage {
  readonly interface?: string;
  readonly path?: string;
  readonly member?: string;
  readonly body?: readonly unknown[];
}

async function delayOf(bus: MessageBus): Promise<number> {
  const value: unknown = await bus.invoke(
    {
      destination: service,
      path: object,
      interface: 'org.freedesktop.DBus.Properties',
      member: 'Get',
      signature: 'ss',
      body: [iface, 'InhibitDelayMaxUSec'],
    },
    { timeout: 2000 },
  );
  const plain = toPlainNumber(value);
  return plain === undefined || plain <= 0 ? usualDelay : plain / 1000;
}

/** `type` is `power-off`, `halt`, `reboot`, `kexec` or `soft-reboot`, in whatever shape a variant is read in. */
function tellsOfRestart(metadata: unknown): boolean {
  if (typeof metadata === 'string') return /^(soft-)?reboot$|^kexec$/.test(metadata);
  if (typeof metadata !== 'object' || metadata === null) return false;
  return Object.values(metadata).some(tellsOfRestart);
}

/** A variant of an unsigned 64-bit number, in any of the shapes that the library reads it in. */
function toPlainNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(toPlainNumber).find((one) => one !== undefined);
  if (typeof value === 'object' && value !== null && 'value' in value) {
    return toPlainNumber(value.value);
  }
  return undefined;
}
