import type { Outcome } from '../../contract/requests.ts';
import { TorporError } from '../../core/errors.ts';
import type { Machine } from '../../core/machine.ts';
import { assertCanPerform } from '../../core/status.ts';

/** Boots a stopped machine, brings back a suspended one, lets a paused one go on. */
export function start(machine: Machine): Promise<void> {
  if (machine.status === 'suspended') return machine.restore();
  if (machine.status === 'paused') return machine.resume();
  return machine.start();
}

/** Brings back a suspended machine, or lets a paused one go on. */
export function resume(machine: Machine): Promise<void> {
  const { status, config } = machine;
  if (status === 'suspended') return machine.restore();
  if (status === 'stopped') throw nothingToResume(config.name);
  return machine.resume();
}

export function stop(machine: Machine, force: boolean): Promise<void> {
  return force ? machine.forceStop() : machine.requestStop();
}

/** Whether `start` or `resume` would make a guest run that is not there now. */
export function wouldLaunch(machine: Machine): boolean {
  return machine.session === undefined;
}

/** A PNG of the guest's display, as base64. */
export async function screenshot(machine: Machine): Promise<string> {
  assertCanPerform('screenshot', machine.status, machine.config.name);
  const picture = machine.session?.screenshot;
  if (picture?.available) return Buffer.from(await picture.use()).toString('base64');
  if (picture === undefined) throw guestEnded(machine.config.name);
  throw new TorporError('CAPABILITY_MISSING', picture.reason.message, picture.reason);
}

/** The socket of the VNC server that shows the guest's display; CAPABILITY_MISSING without one. */
export function displaySocket(machine: Machine): string {
  const { name } = machine.config;
  assertCanPerform('screenshot', machine.status, name);
  if (machine.session === undefined) throw guestEnded(name);
  const { vnc } = machine.session;
  if (vnc?.available) return vnc.use;
  const reason = vnc?.reason;
  throw new TorporError(
    'CAPABILITY_MISSING',
    reason?.message ?? `“${name}” has no display that can be shown here.`,
    reason,
  );
}

/** How long `work` took and what it made of the machine. */
export async function outcomeOf(machine: Machine, work: () => Promise<void>): Promise<Outcome> {
  const began = performance.now();
  await work();
  return describe(machine, began);
}

/** `began` is a time of performance.now(). */
export function describe(machine: Machine, began: number): Outcome {
  const { config, status, savedState } = machine;
  return {
    name: config.name,
    status,
    seconds: Math.round(performance.now() - began) / 1000,
    ...(savedState === undefined ? {} : { bytes: savedState.bytes }),
  };
}

export function guestEnded(name: string): TorporError {
  return new TorporError('GUEST_ENDED', `The guest of “${name}” has ended.`);
}

function nothingToResume(name: string): TorporError {
  return new TorporError('WRONG_STATUS', `“${name}” is stopped and has nothing to resume.`, {
    hint: 'Start it instead.',
    details: { operation: 'resume', status: 'stopped', needed: ['suspended', 'paused'] },
  });
}
