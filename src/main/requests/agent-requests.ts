import type { HandledName } from '../../agent/handlers.ts';
import type { Params, Result } from '../../contract/requests.ts';
import type { AgentLink } from '../agent-link.ts';

type AgentHandlers = {
  readonly [N in HandledName]: (params: Params<N>) => Promise<Result<N>>;
};

/** Hands the pages' requests on to the agent, whoever runs it, as soon as there is one. */
export function agentHandlers(link: () => Promise<AgentLink>): AgentHandlers {
  const hand =
    <N extends HandledName>(name: N) =>
    async (params: Params<N>): Promise<Result<N>> =>
      (await link()).request(name, params);
  return {
    'state.get': hand('state.get'),
    'machine.create': hand('machine.create'),
    'machine.show': hand('machine.show'),
    'machine.start': hand('machine.start'),
    'machine.pause': hand('machine.pause'),
    'machine.resume': hand('machine.resume'),
    'machine.suspend': hand('machine.suspend'),
    'machine.suspendAll': hand('machine.suspendAll'),
    'machine.stop': hand('machine.stop'),
    'machine.cancel': hand('machine.cancel'),
    'machine.compact': hand('machine.compact'),
    'machine.discardState': hand('machine.discardState'),
    'machine.outside': hand('machine.outside'),
    'machine.trust': hand('machine.trust'),
    'machine.clean': hand('machine.clean'),
    'machine.renew': hand('machine.renew'),
    'machine.verify': hand('machine.verify'),
    'machine.rename': hand('machine.rename'),
    'machine.clone': hand('machine.clone'),
    'machine.delete': hand('machine.delete'),
    'machine.set': hand('machine.set'),
    'machine.screenshot': hand('machine.screenshot'),
    'machine.frame': hand('machine.frame'),
    'machine.console': hand('machine.console'),
    'machine.display': hand('machine.display'),
    'machine.window': hand('machine.window'),
    'machine.noteInput': hand('machine.noteInput'),
    'images.list': hand('images.list'),
    'download.start': hand('download.start'),
    'download.pause': hand('download.pause'),
    'download.resume': hand('download.resume'),
    'download.cancel': hand('download.cancel'),
    'download.discard': hand('download.discard'),
    'host.check': hand('host.check'),
    'agent.setIdle': hand('agent.setIdle'),
    'agent.setDigests': hand('agent.setDigests'),
    'agent.setCleaning': hand('agent.setCleaning'),
    'agent.setCompaction': hand('agent.setCompaction'),
    'agent.stop': hand('agent.stop'),
  };
}
