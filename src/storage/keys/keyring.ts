/**
 * The key of saved states in the desktop's secret service (GNOME Keyring, KWallet, KeePassXC):
 * https://specifications.freedesktop.org/secret-service-spec/latest/
 *
 * The session is of the kind `plain`: a secret crosses the bus as it is. The bus is a socket of this user's
 * alone, and whoever can listen on it can ask for the secret as well.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createClient, type MessageBus } from 'dbus-native';
import type { KeyStore, StateKey } from '../../core/cold-storage/keys.ts';
import { TorporError } from '../../core/errors.ts';

const service = 'org.freedesktop.secrets';
const root = '/org/freedesktop/secrets';
const attributes = { application: 'torpor', purpose: 'saved-states' } as const;
const patience = 10_000;
/** A person has to find the window and type a password. */
const promptPatience = 120_000;

export interface SecretServiceOptions {
  /** The user's session bus unless given. */
  readonly busAddress?: string | undefined;
}

/** Connects for each question and lets go again: the agent asks seldom. */
export function secretService({
  busAddress = process.env.DBUS_SESSION_BUS_ADDRESS,
}: SecretServiceOptions = {}): KeyStore {
  async function connected<T>(work: (secrets: Secrets) => Promise<T>): Promise<T> {
    if (busAddress === undefined) throw nothingThere(new Error('there is no session bus'));
    const bus = createClient({ busAddress });
    // Calls in flight fail with it, and say why.
    bus.connection.on('error', () => {});
    try {
      return await work(await openSecrets(bus));
    } finally {
      bus.connection.end();
    }
  }

  return {
    current: () =>
      connected(async (secrets) => {
        const [first] = await secrets.search(attributes);
        if (first !== undefined) return secrets.read(first);
        const key = { id: randomUUID(), secret: randomBytes(32) };
        await secrets.create(key);
        return key;
      }),
    find: (id) =>
      connected(async (secrets) => {
        const [found] = await secrets.search({ ...attributes, key: id });
        return found === undefined ? undefined : secrets.read(found);
      }),
  };
}

interface Secrets {
  /** Object paths of the items, unlocked. */
  search(attributes: Readonly<Record<string, string>>): Promise<readonly string[]>;
  read(item: string): Promise<StateKey>;
  create(key: StateKey): Promise<void>;
}

async function openSecrets(bus: MessageBus): Promise<Secrets> {
  const call = (path: string, iface: string, member: string, signature: string, body: unknown[]) =>
    bus.invoke(
      {
        ...{ destination: service, path, member, signature, body },
        interface: `org.freedesktop.Secret.${iface}`,
      },
      { timeout: patience },
    );
  const many = async (...args: Parameters<typeof call>): Promise<unknown[]> => {
    const answer: unknown = await call(...args);
    return Array.isArray(answer) ? answer : [answer];
  };
  let session: unknown;
  try {
    [, session] = await many(root, 'Service', 'OpenSession', 'sv', ['plain', ['s', '']]);
  } catch (error) {
    throw nothingThere(error);
  }

  /** Shows a prompt to the person, if there has to be one, and waits for the answer. */
  async function prompt(path: unknown): Promise<unknown> {
    if (typeof path !== 'string' || path === '/') return undefined;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timer = setTimeout(() => reject(locked('nobody unlocked it')), promptPatience);
    const onMessage = ({ member, path: from, body }: SignalMessage): void => {
      if (member !== 'Completed' || from !== path) return;
      const [dismissed, result] = body ?? [];
      if (dismissed === true) reject(locked('unlocking it was refused'));
      else resolve(result);
    };
    promise.catch(() => {});
    bus.connection.on('message', onMessage);
    try {
      await bus.addMatch(
        `type='signal',interface='org.freedesktop.Secret.Prompt',member='Completed',path='${path}'`,
      );
      await call(path, 'Prompt', 'Prompt', 's', ['']);
      return await promise;
    } finally {
      clearTimeout(timer);
      bus.connection.off('message', onMessage);
    }
  }

  async function unlock(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    const [, path] = await many(root, 'Service', 'Unlock', 'ao', [paths]);
    await prompt(path);
  }

  return {
    async search(wanted) {
      const pairs = Object.entries(wanted);
      const found = await many(root, 'Service', 'SearchItems', 'a{ss}', [pairs]);
      const [open, shut] = [strings(found[0]), strings(found[1])];
      if (open.length > 0) return open.toSorted();
      await unlock(shut);
      return shut.toSorted();
    },

    async read(item) {
      const secret = await many(item, 'Item', 'GetSecret', 'o', [session]);
      const labels: unknown = await bus.invoke(
        {
          destination: service,
          path: item,
          interface: 'org.freedesktop.DBus.Properties',
          member: 'Get',
          signature: 'ss',
          body: ['org.freedesktop.Secret.Item', 'Attributes'],
        },
        { timeout: patience },
      );
      return keyOf(secret, labels);
    },

    async create({ id, secret }) {
      const collection = await defaultCollection();
      const properties = [
        ['org.freedesktop.Secret.Item.Label', ['s', 'Torpor: key of saved states']],
        [
          'org.freedesktop.Secret.Item.Attributes',
          ['a{ss}', Object.entries({ ...attributes, key: id })],
        ],
      ];
      // As text, so that a person can copy it to another computer.
      const text = Buffer.from(Buffer.from(secret).toString('hex'), 'latin1');
      const [, path] = await many(collection, 'Collection', 'CreateItem', 'a{sv}(oayays)b', [
        properties,
        [session, Buffer.alloc(0), text, 'text/plain'],
        false,
      ]);
      await prompt(path);
    },
  };

  async function defaultCollection(): Promise<string> {
    const [path] = await many(root, 'Service', 'ReadAlias', 's', ['default']);
    if (typeof path !== 'string' || path === '/') throw nothingThere(new Error('no keyring'));
    await unlock([path]);
    return path;
  }
}

interface SignalMessage {
  readonly member?: string;
  readonly path?: string;
  readonly body?: readonly unknown[];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** `secret` is the struct (session, parameters, value, content type), alone or in an array. */
function keyOf(secret: readonly unknown[], labels: unknown): StateKey {
  const struct = Array.isArray(secret[0]) ? secret[0] : secret;
  const value: unknown = struct[2];
  const text = Buffer.isBuffer(value) ? value.toString('latin1') : '';
  const id = attributeOf(labels, 'key');
  if (id === undefined || !/^[0-9a-f]{64}$/.test(text)) {
    throw locked('what the secret service has for it is no key');
  }
  return { id, secret: Buffer.from(text, 'hex') };
}

/** From an `a{ss}`, which comes as an object or as pairs. */
function attributeOf(labels: unknown, name: string): string | undefined {
  if (typeof labels !== 'object' || labels === null) return undefined;
  if (!Array.isArray(labels)) {
    const found: unknown = Reflect.get(labels, name);
    return typeof found === 'string' ? found : undefined;
  }
  for (const entry of labels) {
    if (!Array.isArray(entry)) continue;
    if (entry[0] === name && typeof entry[1] === 'string') return entry[1];
    const inside = attributeOf(entry, name);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function locked(why: string): TorporError {
  return new TorporError('STATE_LOCKED', `The key of saved states cannot be had: ${why}.`, {
    hint: 'Unlock the keyring and try again. The state was kept.',
  });
}

function nothingThere(cause: unknown): TorporError {
  return new TorporError('CAPABILITY_MISSING', 'There is no secret service here to keep a key.', {
    hint: 'Install and unlock GNOME Keyring, KWallet or KeePassXC, or turn encryption off for the machine.',
    cause,
  });
}
