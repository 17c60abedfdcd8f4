import { useCallback, useEffect, useState } from 'preact/hooks';
import type { MachineDetail, MachineView } from '../../contract/app-state.ts';
import { useStore } from '../state/context.ts';

/**
 * Everything about a machine, read anew whenever its status, state or problem changes; null until it
 * is there. The last answer stays while the next is awaited, so that nothing jumps.
 */
export function useDetail(
  key: string,
  machine: MachineView | undefined,
): readonly [MachineDetail | null, refresh: () => Promise<void>] {
  const store = useStore();
  const [detail, setDetail] = useState<MachineDetail | null>(null);
  const refresh = useCallback(async () => {
    const answer = await store.bridge.request('machine.show', { machine: key });
    if (answer.ok) setDetail(answer.value);
    else if (answer.problem.code !== 'NO_SUCH_MACHINE') store.failure.value = answer.problem;
  }, [store, key]);
  const moment = `${machine?.status} ${machine?.savedState?.createdAt} ${machine?.problem?.code} ${machine?.check?.doing} ${machine?.name} ${machine?.memoryMiB} ${machine?.cpus} ${store.cleanings.value}`;
  useEffect(() => {
    void refresh();
  }, [refresh, moment]);
  return [detail, refresh];
}
