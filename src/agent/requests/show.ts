import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { DigestTimes, MachineDetail } from '../../contract/app-state.ts';
import type { Capability, Session } from '../../core/driver.ts';
import { errnoOf, toProblem } from '../../core/errors.ts';
import type { Bundle } from '../../core/library/bundle.ts';
import { assertOwnFiles } from '../../core/library/own-files.ts';
import type { Machine } from '../../core/machine.ts';
import { readDigests } from '../../core/saved-state/digests.ts';
import { loadManifest } from '../../core/saved-state/files.ts';
import { measureSetAside } from '../../core/saved-state/set-aside.ts';
import type { AgentContext } from '../context.ts';
import { liveChoices } from '../live-policy.ts';
import { viewBroken, viewMachine } from '../view.ts';

/** Everything about one machine, read anew from its bundle. */
export async function showMachine(
  { machines, drivers }: AgentContext,
  reference: string,
): Promise<MachineDetail> {
  await machines.rescan();
  const found = await machines.find(reference);
  const bundle = found.kind === 'machine' ? found.machine.bundle : found.bundle;
  const rest = await restOf(bundle);
  if (found.kind === 'broken') {
    return {
      ...viewBroken(found),
      config: found.config ?? null,
      choices: [],
      missing: [],
      ...rest,
    };
  }
  const { machine } = found;
  const digests = await digestTimes(machine);
  const missing = machine.session === undefined ? [] : missingOf(machine.session);
  return {
    ...viewMachine(machine, machines.isHeld(machine)),
    config: machine.config,
    choices: liveChoices(drivers.get(machine.config.driver), machine.config),
    missing,
    ...(digests === undefined ? {} : { digests }),
    ...rest,
  };
}

async function digestTimes({ bundle, savedState }: Machine): Promise<DigestTimes | undefined> {
  if (savedState === undefined) return undefined;
  const found = await readDigests(bundle, await loadManifest(bundle));
  return found && { madeAt: found.madeAt, verifiedAt: found.verifiedAt };
}

/** Nothing of a bundle in which a link was planted: what it leads to is not the machine's. */
async function restOf(bundle: Bundle): Promise<Pick<MachineDetail, 'setAside' | 'consoleTail'>> {
  try {
    await assertOwnFiles(bundle);
  } catch (error) {
    if (toProblem(error).code === 'MACHINE_BROKEN') return { setAside: [], consoleTail: '' };
    throw error;
  }
  return {
    setAside: await measureSetAside(bundle),
    consoleTail: await readTail(bundle.files.serialLog),
  };
}

function missingOf(session: Session): MachineDetail['missing'] {
  const capabilities: Record<string, Capability<unknown>> = {
    save: session.save,
    requestStop: session.requestStop,
    screenshot: session.screenshot,
    console: session.console,
    setClock: session.setClock,
    ...(session.activity === undefined ? {} : { activity: session.activity }),
  };
  const missing = Object.entries(capabilities).flatMap(([capability, found]) =>
    found.available ? [] : [{ capability, reason: found.reason }],
  );
  const { leftOut } = session;
  return leftOut === undefined ? missing : [...missing, { capability: 'devices', reason: leftOut }];
}

const tailBytes = 8 * 1024;
const tailLines = 40;

/** The last lines of a text file, at most 40 and 8 KiB of them; nothing when there is no such file. */
async function readTail(path: string): Promise<string> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  }
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(tailBytes), 0, tailBytes, start);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    const whole = start === 0 ? lines : lines.slice(1);
    const last = whole.at(-1) === '' ? tailLines + 1 : tailLines;
    return whole.slice(-last).join('\n');
  } finally {
    await file.close();
  }
}
