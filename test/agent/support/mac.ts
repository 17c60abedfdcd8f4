import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Agent, AgentOptions } from '../../../src/agent/agent.ts';
import type { CreateRequest } from '../../../src/contract/requests.ts';
import { libraryLayout } from '../../../src/core/library/layout.ts';
import { createVzDriver } from '../../../src/drivers/vz/driver.ts';
import { guestsOf } from '../../../src/drivers/vz/guest.ts';
import { createHost } from '../../../src/storage/host.ts';
import { createMac } from '../../drivers/vz/stand-in/mac.ts';
import { createStandIn } from '../../drivers/vz/stand-in/native.ts';
import { type HostSpec, writeHost } from '../../preflight/hosts/describe.ts';
import { sequoia, writeImage } from '../../preflight/support/image.ts';
import { today } from '../../preflight/support/judging.ts';
import { tempLibrary } from '../../support/temp-library.ts';

/** A Mac that can install macOS 15.6.1, whatever runs on it. */
const readyHost: HostSpec = { version: '15.6.1', build: '24G90', mobileDevice: '1774' };

/**
 * Agents on a stand-in Mac, with real preflight of a described host and a restore image of true
 * structure. Taken down when the test has finished.
 */
export async function macWithAgents(host: HostSpec = readyHost) {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-mac-'));
  const library = await tempLibrary();
  const mac = createMac();
  const image = join(folder, 'macOS.ipsw');
  const hostRoot = await writeHost(join(folder, 'host'), host);
  await writeImage(image, sequoia);
  const processes: ReturnType<typeof createStandIn>[] = [];
  onTestFinished(async () => {
    for (const native of processes) {
      for (const guest of guestsOf(native).values()) await guest.end();
    }
    await library[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /**
   * An agent in a process of its own: it knows nothing of what an earlier one held. `planned` is
   * called when a machine was planned and nothing of it is written.
   */
  async function launch(
    options: Partial<AgentOptions> = {},
    planned: () => Promise<unknown> = async () => {},
  ): Promise<Agent> {
    const native = createStandIn(mac);
    processes.push(native);
    const driver = createVzDriver({
      ...{ host: createHost(), native: () => native },
      onError: (error) => {
        throw error;
      },
    });
    return library.start({
      drivers: new Map([
        [
          'vz',
          {
            ...driver,
            async plan(wish) {
              const hardware = await driver.plan(wish);
              await planned();
              return hardware;
            },
          },
        ],
      ]),
      identity: { id: mac.id, userId: mac.userId },
      preflight: { hostRoot, now: today },
      ...options,
    });
  }

  return {
    ...{ mac, image, library, launch, hostRoot },
    describeHost: (changes: HostSpec) => writeHost(hostRoot, changes),
    request: (name: string, changes: Partial<CreateRequest> = {}): CreateRequest => ({
      name,
      boot: { restoreImage: image, despiteUnknown: false },
      disks: [{ kind: 'empty', bytes: 64 * 2 ** 30, format: 'raw' }],
      network: true,
      display: 'window',
      policy: {},
      ...changes,
    }),
    /** Nothing of a machine that did not come to be is left, and the image is as it was. */
    async leftovers(): Promise<readonly string[]> {
      const { staging } = libraryLayout(library.path);
      const bundles = (await readdir(library.path)).filter(
        (name) => name.endsWith('.torpor') && name !== '.torpor',
      );
      const head = await firstBytes(image);
      return [...(await readdir(staging)), ...bundles, ...(head === 'PK' ? [] : ['no image'])];
    },
  };
}

async function firstBytes(path: string): Promise<string> {
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
  return buffer.toString('latin1');
}
