import type {
  Answer,
  Bridge,
  PageEventKind,
  PageEvents,
  PageParams,
  PageRequestName,
  PageResult,
} from '../../../src/contract/bridge.ts';

export type Answers = {
  readonly [N in PageRequestName]?: (
    params: PageParams<N>,
  ) => Answer<PageResult<N>> | Promise<Answer<PageResult<N>>>;
};

/** A bridge to nobody: what was asked is noted, what is not answered by `answers` is unknown. */
export interface FakeBridge extends Bridge {
  readonly asked: readonly { readonly name: PageRequestName; readonly params: unknown }[];
  /** The parameters of every request of that name, in order. */
  paramsOf(name: PageRequestName): readonly unknown[];
  tell<K extends PageEventKind>(kind: K, payload: PageEvents[K]): void;
  /** Listeners that have not been ended. */
  listeners(): number;
}

export function fakeBridge(answers: Answers): FakeBridge {
  const asked: { name: PageRequestName; params: unknown }[] = [];
  const listening: { [K in PageEventKind]?: Set<(payload: PageEvents[K]) => void> } = {};
  const setOf = <K extends PageEventKind>(kind: K): Set<(payload: PageEvents[K]) => void> => {
    const known: Set<(payload: PageEvents[K]) => void> | undefined = listening[kind];
    if (known !== undefined) return known;
    const made = new Set<(payload: PageEvents[K]) => void>();
    Object.assign(listening, { [kind]: made });
    return made;
  };
  return {
    asked,
    paramsOf: (name) => asked.filter((one) => one.name === name).map(({ params }) => params),
    listeners: () =>
      Object.values(listening).reduce((count, listeners) => count + listeners.size, 0),
    async request(name, params) {
      asked.push({ name, params });
      const answer = answers[name];
      if (answer === undefined) {
        return {
          ok: false,
          problem: { code: 'UNKNOWN_METHOD', message: `There is no request named ${name}.` },
        };
      }
      return await answer(params);
    },
    on(kind, listener) {
      setOf(kind).add(listener);
      return () => {
        setOf(kind).delete(listener);
      };
    },
    tell(kind, payload) {
      for (const listener of setOf(kind)) listener(payload);
    },
  };
}

export function yes<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}
