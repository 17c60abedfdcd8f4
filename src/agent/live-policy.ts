/** What of a machine's policy its guest takes over while it is there: `Session.adjust`. */
import type { Changes } from '../contract/requests.ts';
import { defaultWindowPolicy, type MachineConfig, type Policy } from '../core/config.ts';
import type { Driver, LiveChoice, Session } from '../core/driver.ts';
import { fromProblem, type Problem, TorporError, toTorporError } from '../core/errors.ts';
import type { Machine } from '../core/machine.ts';

/** Calls `meet` with the guest that is there, and with each that comes: booted, brought back or adopted. */
export function meetEachGuest(machine: Machine, meet: (session: Session) => void): void {
  let met: Session | undefined;
  const look = (): void => {
    const { session } = machine;
    if (session === undefined || session === met) return;
    met = session;
    meet(session);
  };
  machine.on('changed', look);
  look();
}

/** Has each guest of the machine take over the policy; what it refuses goes to `onError`. */
export function heedPolicy(machine: Machine, onError: (error: unknown) => void): void {
  meetEachGuest(machine, (session) => {
    session.adjust?.(machine.config.policy).catch((error: unknown) => {
      // A guest that has ended meanwhile has nothing to take over.
      if (machine.session === session) onError(error);
    });
  });
}

/**
 * Stores `config`, which differs in nothing that the guest needs, and has the guest take it over. When
 * that fails the configuration stays, and the next guest takes it over.
 */
export async function configureLive(machine: Machine, config: MachineConfig): Promise<void> {
  await machine.configure(config);
  try {
    await machine.session?.adjust?.(config.policy);
  } catch (error) {
    const { code, message, details } = toTorporError(error);
    throw new TorporError(
      code,
      `“${config.name}” is changed, but its guest did not take it over: ${message}`,
      { hint: 'It will when it is started or resumed the next time.', details, cause: error },
    );
  }
}

/** `policy` with the changes that are named; what is null is taken out. */
export function changedPolicy(policy: Policy, changes: NonNullable<Changes['policy']>): Policy {
  const { window, memoryTargetMiB, ...rest } = changes;
  const { memoryTargetMiB: before, ...kept } = policy;
  const target = memoryTargetMiB === undefined ? before : memoryTargetMiB;
  return {
    ...kept,
    ...rest,
    ...(window === undefined
      ? {}
      : { window: { ...defaultWindowPolicy, ...policy.window, ...window } }),
    ...(target === undefined || target === null ? {} : { memoryTargetMiB: target }),
  };
}

/** What can be chosen for the machine also while its guest runs. */
export function liveChoices(driver: Driver | undefined, config: MachineConfig): LiveChoice[] {
  return choices.filter(
    (choice) => driver !== undefined && driver.lacks(choice, config) === undefined,
  );
}

const choices: readonly LiveChoice[] = ['memoryTarget', 'window'];

/**
 * Throws CAPABILITY_MISSING with the reason for what the machine would be given and cannot have, and
 * BAD_REQUEST for a guest that would be asked to keep more memory than it has.
 */
export function assertCanHave(driver: Driver, config: MachineConfig, changes: Changes): void {
  const { policy, hardware } = config;
  const target = policy.memoryTargetMiB;
  if (changes.policy?.window !== undefined) refuse(driver.lacks('window', config));
  if (target === undefined) return;
  refuse(driver.lacks('memoryTarget', config));
  if (target <= hardware.memoryMiB) return;
  throw new TorporError(
    'BAD_REQUEST',
    `The guest has ${hardware.memoryMiB} MiB of memory and cannot keep ${target} MiB.`,
  );
}

function refuse(reason: Problem | undefined): void {
  if (reason !== undefined) throw fromProblem(reason);
}
