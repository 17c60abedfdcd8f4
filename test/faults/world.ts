import type { MachineView } from '../../src/contract/app-state.ts';
import type { Client } from '../../src/contract/json-rpc.ts';
import type { CreateRequest } from '../../src/contract/requests.ts';
import type { FaultPoint } from '../../src/core/fault-point.ts';
import type { Fault } from './faults.ts';

/** An agent that can be made to fail at any point, and the guests that outlive it. */
export interface FaultWorld {
  readonly library: string;
  /** The points that are passed in a world of this kind. */
  readonly points: readonly FaultPoint[];
  /** A client of the agent that lives now. */
  client(): Client;
  /** Makes `fault` happen at the next pass of `point`; several may wait, each for its point. */
  arm(point: FaultPoint, fault: Fault): void;
  /** The points that were passed since the last call, in order. */
  takePassed(): FaultPoint[];
  /** Resolves when `point` has been passed since the last takePassed(). */
  passedOnce(point: FaultPoint): Promise<void>;
  /** Whether every armed fault has happened; forgets those that have not. */
  disarm(): boolean;
  /** SIGKILL for the agent, unless it is dead already. */
  crash(): Promise<void>;
  isDead(): boolean;
  untilDead(): Promise<void>;
  /** Another client of the same agent, after the first has left. */
  reconnect(): Promise<void>;
  /** Starts an agent after `crash`; rejects when it dies on the way. */
  freshAgent(): Promise<void>;
  /** SIGKILL for every guest; resolves when the agent that lives knows. */
  killGuests(): Promise<void>;
  /** What exists only in the memory of the guest that runs. */
  nonceOf(machine: string): Promise<string>;
  /** Has the guest that runs write to a file system on its disk without end; absent where it has none. */
  readonly occupy?: (machine: string) => Promise<void>;
  /** A machine as this world’s driver has them, called `name`. */
  wish(name: string): CreateRequest;
  dispose(): Promise<void>;
}

export async function machineNamed(
  world: FaultWorld,
  name: string,
): Promise<MachineView | undefined> {
  const { machines } = await world.client().request('state.get', {});
  return machines.find((one) => one.name === name);
}
