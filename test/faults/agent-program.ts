import { openLog } from '../../src/agent/log.ts';
import { runAgent } from '../../src/agent/run.ts';
import { type FaultPoint, setFaultHandler } from '../../src/core/fault-point.ts';
import { createQemuDriver } from '../../src/drivers/qemu/driver.ts';
import { createHost } from '../../src/storage/host.ts';
import { type Fault, isErrno, systemError } from './faults.ts';
import { guestsOf, killGuestsOf } from './qemu-processes.ts';

// An agent of QEMU guests as a process of its own, which meets the faults that its parent sends it:
// node agent-program.ts LIBRARY RUNBASE CACHE

/** From the parent. */
export type Order =
  | { readonly kind: 'arm'; readonly point: FaultPoint; readonly fault: Fault }
  | { readonly kind: 'goOn' };

/** To the parent. */
export interface Pass {
  readonly point: FaultPoint;
  readonly fault: Fault | null;
}

const [library = '', runBase = '', cacheDirectory = ''] = process.argv.slice(2);
const armed = new Map<FaultPoint, Fault>();
let goOn = (): void => {};

process.on('message', (order: Order) => {
  if (order.kind === 'arm') armed.set(order.point, order.fault);
  else goOn();
});
// A parent that is gone wants nothing any more; the guests are its to end.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

setFaultHandler(async (point) => {
  const fault = armed.get(point) ?? null;
  armed.delete(point);
  await told({ point, fault });
  if (fault === null) return;
  if (isErrno(fault)) throw systemError(fault);
  if (fault === 'guest dies') await killGuestsOf(library);
  if (fault === 'agent dies') process.kill(process.pid, 'SIGKILL');
  if (fault === 'both die') {
    // In one turn, so that the agent hears nothing of its guest's death.
    for (const pid of [...(await guestsOf(library)), process.pid]) process.kill(pid, 'SIGKILL');
  }
  if (fault === 'delay' || fault === 'client leaves') {
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  }
});

/** Resolves when the parent has it, for this process may be dead the next moment. */
function told(pass: Pass): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(pass, undefined, {}, (error) => (error === null ? resolve() : reject(error)));
  });
}

const host = createHost();
const onError = (error: unknown): void => console.error(error);
process.exitCode = await runAgent({
  library,
  runBase,
  drivers: new Map([
    [
      'qemu',
      createQemuDriver({ host, settings: { configuredPath: undefined, cacheDirectory }, onError }),
    ],
  ]),
  host,
  identity: { id: 'test-host', userId: process.getuid?.() ?? 0 },
  openLog,
  deadlineSeconds: 0,
  announce: (announcement) => process.stdout.write(`${JSON.stringify(announcement)}\n`),
  tell: (sentence) => process.stderr.write(`${sentence}\n`),
});
