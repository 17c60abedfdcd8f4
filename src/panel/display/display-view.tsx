import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../../contract/app-state.ts';
import { ProblemBox } from '../parts/problem-box.tsx';
import { useStore, useWords } from '../state/context.ts';
import { connectDisplay } from './pipe.ts';
import { type OpenScreen, openScreen, type Screen } from './screen.ts';
import { Toolbar } from './toolbar.tsx';
import { readOptions, type ViewOptions, writeOptions } from './view-options.ts';

interface DisplayViewProps {
  readonly machineKey: string;
  /** Another screen, for tests. */
  readonly open?: OpenScreen;
}

type Phase = 'connecting' | 'open' | 'closed';

/** The display of one machine. Control, Alt and Shift together give the keyboard back to the page. */
export function DisplayView({ machineKey, open = openScreen }: DisplayViewProps) {
  const store = useStore();
  const { text } = useWords();
  const target = useRef<HTMLDivElement>(null);
  const tools = useRef<HTMLDivElement>(null);
  const screen = useRef<Screen | null>(null);
  const [phase, setPhase] = useState<Phase>('connecting');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [options, setOptions] = useState<ViewOptions>(readOptions(machineKey));
  const [attempt, setAttempt] = useState(0);
  const machine = store.machine(machineKey);
  const name = machine?.name ?? '';

  useEffect(() => {
    document.title = text.display.title(name);
  }, [text, name]);

  useEffect(() => {
    let isGone = false;
    const connect = async (): Promise<void> => {
      setPhase('connecting');
      setProblem(null);
      const connection = await connectDisplay(store.bridge, machineKey);
      if (!connection.ok) {
        setProblem(connection.problem);
        setPhase('closed');
        return;
      }
      if (isGone || target.current === null) return connection.pipe.close();
      const opened = await open(target.current, connection.pipe, {
        onConnect: () => setPhase('open'),
        onDisconnect: () => setPhase('closed'),
      });
      if (isGone) return opened.close();
      screen.current = opened;
      opened.setFit(options.fit);
      opened.setResize(options.resize);
      opened.focus();
    };
    void connect();
    return () => {
      isGone = true;
      screen.current?.close();
      screen.current = null;
    };
    // Options are applied as they change; only another attempt connects anew.
  }, [store, machineKey, open, attempt]);

  const change = (part: Partial<ViewOptions>): void => {
    const next = { ...options, ...part };
    setOptions(next);
    writeOptions(machineKey, next);
    screen.current?.setFit(next.fit);
    screen.current?.setResize(next.resize);
  };
  const leave = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey && event.altKey && event.shiftKey)) return;
    screen.current?.blur();
    tools.current?.querySelector('button')?.focus();
  };
  const paste = async (): Promise<void> => {
    const answer = await store.ask('clipboard.read', {});
    if (answer.ok) screen.current?.type(answer.value.text);
    screen.current?.focus();
  };

  return (
    <main class="display" onKeyDownCapture={leave}>
      <h1 class="visually-hidden">{text.display.title(name)}</h1>
      <Toolbar
        elementRef={tools}
        options={options}
        isOpen={phase === 'open'}
        onChange={change}
        onCtrlAltDel={() => screen.current?.sendCtrlAltDel()}
        onPaste={() => void paste()}
      />
      <div class="screen" ref={target} role="application" aria-label={text.display.label(name)} />
      {phase !== 'open' && (
        <div class="screen-message" role="status">
          {phase === 'connecting' && <p>{text.display.connecting}</p>}
          {phase === 'closed' && (
            <>
              {problem === null ? <p>{text.display.closed}</p> : <ProblemBox problem={problem} />}
              <button type="button" class="button" onClick={() => setAttempt(attempt + 1)}>
                {text.display.reconnect}
              </button>
            </>
          )}
        </div>
      )}
    </main>
  );
}
