import type { AppState } from '../contract/app-state.ts';
import { isDueBack } from './lifecycle/crash.ts';
import type { Notifier } from './notifications.ts';
import type { Text } from './text/text.ts';

/** What the state itself tells a person who was away: machines that came back at launch, a volume that fills. */
export interface Unattended {
  update(state: AppState): void;
}

export function createUnattended(notifier: Notifier, text: () => Text): Unattended {
  let awaited: ReadonlySet<string> | undefined;
  let wasLow = false;
  let idle: ReadonlyMap<string, string> | undefined;

  function followLaunch({ machines }: AppState): void {
    // Those in flight in the first state of all are being brought back already.
    awaited ??= new Set(
      machines.filter((one) => isDueBack(one) || one.status === 'restoring').map(({ id }) => id),
    );
    if (awaited.size === 0) return;
    const mine = machines.filter(({ id }) => awaited?.has(id));
    if (mine.some((one) => one.progress !== null || isDueBack(one))) return;
    awaited = new Set();
    const names = mine.filter(({ status }) => status === 'running').map(({ name }) => name);
    if (names.length === 0) return;
    notifier.tell({ about: 'restored', title: 'Torpor', body: text().notice.restored(names) });
  }

  /** Those suspended so before the first state were told of already, or nobody was there to be told. */
  function followIdle({ machines }: AppState): void {
    const before = idle;
    idle = new Map(
      machines.flatMap(({ id, status, savedState }) =>
        status === 'suspended' && savedState?.reason === 'idle'
          ? [[id, savedState.createdAt] as const]
          : [],
      ),
    );
    for (const { id, name } of machines) {
      const createdAt = idle.get(id);
      if (before === undefined || createdAt === undefined || before.get(id) === createdAt) continue;
      notifier.tell({ about: `idle ${id}`, title: 'Torpor', body: text().notice.idle(name) });
    }
  }

  function followSpace({ library: { space, problem } }: AppState): void {
    const isLow = problem?.code === 'SPACE_LOW' && space !== null;
    if (isLow && !wasLow) {
      const free = mebibytes(space.available, text().language);
      notifier.tell({ about: 'space', title: 'Torpor', body: text().notice.lowSpace(free) });
    }
    wasLow = isLow;
  }

  return {
    update(state) {
      followLaunch(state);
      followIdle(state);
      followSpace(state);
    },
  };
}

function mebibytes(bytes: number, language: string): string {
  return `${new Intl.NumberFormat(language).format(Math.floor(bytes / 1024 ** 2))} MiB`;
}
