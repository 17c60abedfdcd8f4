import type { AppState } from '../../../src/contract/app-state.ts';
import { TorporError } from '../../../src/core/errors.ts';
import type { PageHandlers } from '../../../src/main/ipc.ts';

/** The answers of an app whose agent has not started: an empty state, and refusals. */
export function refusingHandlers(version: string): PageHandlers<unknown> {
  const refuse = (): never => {
    throw new TorporError('AGENT_UNREACHABLE', 'Torpor is still starting.', {
      hint: 'Try again in a moment.',
    });
  };
  const state: AppState = {
    revision: 0,
    agent: {
      version,
      pid: process.pid,
      startedAt: new Date().toISOString(),
      phase: 'starting',
    },
    library: { path: '', space: null, problem: null },
    machines: [],
    creations: [],
    outlook: null,
  };
  return {
    'state.get': () => state,
    'machine.create': refuse,
    'machine.show': refuse,
    'machine.start': refuse,
    'machine.pause': refuse,
    'machine.resume': refuse,
    'machine.suspend': refuse,
    'machine.suspendAll': refuse,
    'machine.stop': refuse,
    'machine.cancel': refuse,
    'machine.compact': refuse,
    'machine.discardState': refuse,
    'machine.outside': refuse,
    'machine.trust': refuse,
    'machine.verify': refuse,
    'machine.rename': refuse,
    'machine.clone': refuse,
    'machine.delete': refuse,
    'machine.set': refuse,
    'machine.screenshot': refuse,
    'machine.frame': refuse,
    'machine.clean': refuse,
    'machine.renew': refuse,
    'machine.console': refuse,
    'machine.display': refuse,
    'machine.window': refuse,
    'machine.noteInput': refuse,
    'host.check': refuse,
    'agent.setIdle': refuse,
    'agent.setDigests': refuse,
    'agent.setCleaning': refuse,
    'agent.setCompaction': refuse,
    'agent.stop': refuse,
    'app.info': refuse,
    'app.quit': refuse,
    'window.open': refuse,
    'window.close': refuse,
    'window.isShown': refuse,
    'file.choose': refuse,
    'file.reveal': refuse,
    'clipboard.write': refuse,
    'clipboard.read': refuse,
    'settings.get': refuse,
    'settings.set': refuse,
    'lifecycle.get': refuse,
    'quit.cancel': refuse,
    'quit.decide': refuse,
    'crash.decide': refuse,
    'preflight.run': refuse,
    'preflight.act': refuse,
    'display.connect': refuse,
    'display.send': refuse,
    'display.close': refuse,
  };
}
