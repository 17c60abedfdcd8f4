import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { AppInfo } from '../../contract/app.ts';
import type { AppState, MachineView, Problem } from '../../contract/app-state.ts';
import type {
  Answer,
  Bridge,
  PageParams,
  PageRequestName,
  PageResult,
} from '../../contract/bridge.ts';
import type { Lifecycle } from '../../contract/lifecycle.ts';
import type { Settings } from '../../contract/settings.ts';
import { problemWords } from '../../words/problems.ts';
import { type Words, wordsFor } from '../text/text.ts';

/** What a page draws itself from: what it was told, and where a person is in it. */
export interface Store {
  readonly bridge: Bridge;
  /** Null until the agent has answered. */
  readonly app: Signal<AppState | null>;
  readonly info: Signal<AppInfo | null>;
  readonly settings: Signal<Settings | null>;
  readonly lifecycle: Signal<Lifecycle>;
  readonly shown: Signal<boolean>;
  /** Milliseconds since 1970, as old as the last event, or half a minute while the page is shown. */
  readonly now: Signal<number>;
  readonly words: ReadonlySignal<Words>;
  /** The last request that failed and says so nowhere else. */
  readonly failure: Signal<Problem | null>;
  /** The machine whose native window a person wants to close, while it is asked what becomes of it. */
  readonly closing: Signal<string | null>;
  /** Grows when files of a machine were deleted, which its state does not tell of. */
  readonly cleanings: Signal<number>;
  /** What a screen reader is told. */
  readonly said: Signal<string>;
  machine(id: string): MachineView | undefined;
  /** Asks, and keeps what failed in `failure`; a cancellation is no failure. */
  ask<N extends PageRequestName>(name: N, params: PageParams<N>): Promise<Answer<PageResult<N>>>;
  /** Reads everything anew. */
  load(): Promise<void>;
  /** Stops listening. */
  dispose(): void;
}

export interface Surroundings {
  readonly languages: readonly string[];
  readonly clock: () => number;
}

const tick = 30_000;

/** Listens to `bridge` from now on. Call `load()` once to begin. */
export function createStore(bridge: Bridge, { languages, clock }: Surroundings): Store {
  const app = signal<AppState | null>(null);
  const info = signal<AppInfo | null>(null);
  const settings = signal<Settings | null>(null);
  const lifecycle = signal<Lifecycle>({ phase: 'running' });
  const shown = signal(true);
  const now = signal(clock());
  const failure = signal<Problem | null>(null);
  const closing = signal<string | null>(null);
  const cleanings = signal(0);
  const said = signal('');
  const words = computed(() => wordsFor(settings.value?.language ?? 'system', languages));
  let timer: ReturnType<typeof setInterval> | undefined;

  const takeState = (state: AppState): void => {
    // An answer that was asked for before an event may arrive after it.
    if (state.revision < (app.value?.revision ?? 0) && state.agent.pid === app.value?.agent.pid) {
      return;
    }
    now.value = clock();
    app.value = state;
  };
  const stopTicking = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  const takeShown = (isShown: boolean): void => {
    shown.value = isShown;
    stopTicking();
    if (!isShown) return;
    now.value = clock();
    timer = setInterval(() => {
      now.value = clock();
    }, tick);
  };

  const listening = [
    bridge.on('state', takeState),
    bridge.on('notice', ({ machine, problem }) => {
      if (problem.code === 'WINDOW_CLOSING') closing.value = machine;
      said.value = problemWords(problem, words.value.text).title;
    }),
    bridge.on('settings', (value) => {
      settings.value = value;
    }),
    bridge.on('lifecycle', (value) => {
      lifecycle.value = value;
    }),
    bridge.on('shown', takeShown),
  ];

  /** For what a page can do without: an app that has no answer leaves what is there. */
  async function read<N extends PageRequestName>(
    name: N,
    params: PageParams<N>,
    take: (value: PageResult<N>) => void,
  ): Promise<void> {
    const answer = await bridge.request(name, params);
    if (answer.ok) take(answer.value);
  }

  return {
    bridge,
    app,
    info,
    settings,
    lifecycle,
    shown,
    now,
    words,
    failure,
    closing,
    cleanings,
    said,

    machine(id) {
      return app.value?.machines.find((one) => keyOf(one) === id);
    },

    async ask(name, params) {
      const answer = await bridge.request(name, params);
      if (!answer.ok && answer.problem.code !== 'CANCELLED') failure.value = answer.problem;
      return answer;
    },

    async load() {
      failure.value = null;
      const state = bridge.request('state.get', {});
      void read('window.isShown', {}, takeShown);
      await Promise.all([
        read('settings.get', {}, (value) => {
          settings.value = value;
        }),
        read('app.info', {}, (value) => {
          info.value = value;
        }),
        read('lifecycle.get', {}, (value) => {
          lifecycle.value = value;
        }),
      ]);
      const answer = await state;
      if (answer.ok) takeState(answer.value);
      else failure.value = answer.problem;
    },

    dispose() {
      stopTicking();
      for (const end of listening) end();
    },
  };
}

/** What a machine is asked for by: its id, or its folder when its configuration cannot be read. */
export function keyOf({ id, path, problem }: MachineView): string {
  // A bundle that is a copy has the id of another one, which must not be taken for it.
  return id === '' || problem?.code === 'MACHINE_EXISTS' ? path : id;
}
