import { type Codec, createCodec } from './codec.ts';
import type { ContainerHeader } from './container.ts';
import { containerKey, findKey, type KeyStore, type StateKey } from './keys.ts';

/** What reads and writes the chunks of the container with this header. */
export async function codecFor(
  { encryption, machineId, stateId }: ContainerHeader,
  key: StateKey | undefined,
  level: number,
): Promise<Codec> {
  const owner = { machineId, stateId };
  if (encryption === null || key === undefined)
    return createCodec({ level, key: undefined, owner });
  return createCodec({ level, key: await containerKey(key, encryption, owner), owner });
}

/** The key that a container needs, by the name that its header has; throws STATE_LOCKED. */
export async function keyOf(
  { encryption }: ContainerHeader,
  keys: KeyStore | undefined,
): Promise<StateKey | undefined> {
  return encryption === null ? undefined : findKey(keys, encryption);
}
