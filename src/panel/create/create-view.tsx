import { useRef, useState } from 'preact/hooks';
import type { Problem } from '../../contract/app-state.ts';
import { ProblemBox } from '../parts/problem-box.tsx';
import { Segments } from '../parts/segments.tsx';
import { useStore, useWords } from '../state/context.ts';
import {
  type CreateField,
  type CreateForm,
  createErrors,
  emptyForm,
  requestFor,
  withSource,
} from './create-form.ts';
import { type Checked, MacosSource } from './macos-source.tsx';
import { Making } from './making.tsx';
import { MoreOptions } from './more-options.tsx';
import { NameAndSize } from './name-and-size.tsx';
import { SourceFields } from './source-fields.tsx';

/**
 * Makes a machine from a file. What is wrong with a field stands beside it once it was left. macOS is
 * made only after preflight was asked about the very image, and not when it said no.
 */
export function CreateView() {
  const store = useStore();
  const { text } = useWords();
  const info = store.info.value;
  const words = text.create;
  const [typed, setTyped] = useState<CreateForm | null>(null);
  const form = typed ?? emptyForm(info?.host);
  const [left, setLeft] = useState<ReadonlySet<CreateField>>(new Set());
  const [checked, setChecked] = useState<Checked>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [making, setMaking] = useState<string | null>(null);
  const element = useRef<HTMLFormElement>(null);
  const taken = (store.app.value?.machines ?? []).map(({ name }) => name);
  const errors = createErrors(form, info?.host, taken, words.errors);
  const creation = store.app.value?.creations.find(({ name }) => name === making);
  const isReady = form.source !== 'macos' || mayInstall(form, checked);

  const change = (part: Partial<CreateForm>): void =>
    setTyped((now) => ({ ...(now ?? form), ...part }));
  const leave = (field: CreateField) => () => setLeft(new Set([...left, field]));
  const errorAt = (field: CreateField) => (left.has(field) ? errors[field] : undefined);
  const part = { form, errorAt, onLeave: leave, onChange: change };

  const submit = async (): Promise<void> => {
    setLeft(new Set(['file', 'initrd', 'name', 'memory', 'cpus', 'diskGiB']));
    if (Object.keys(errors).length > 0) {
      setTimeout(() =>
        element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
      );
      return;
    }
    setMaking(form.name);
    setProblem(null);
    const answer = await store.bridge.request(
      'machine.create',
      requestFor(form, store.settings.value?.encryptNewStates),
    );
    setMaking(null);
    if (answer.ok) await store.bridge.request('window.close', {});
    else if (answer.problem.code !== 'CANCELLED') setProblem(answer.problem);
  };

  return (
    <form
      ref={element}
      class="window form"
      onSubmit={(event) => {
        event.preventDefault();
        if (making === null && isReady) void submit();
      }}
    >
      <h1>{words.title}</h1>
      <Segments
        label={words.source}
        options={(['iso', 'disk', 'kernel', 'macos'] as const).map(
          (key) => [key, words.sources[key]] as const,
        )}
        value={form.source}
        onChange={(source) => {
          setTyped(withSource(form, source, info?.host));
          setChecked(null);
          setLeft(new Set());
        }}
      />
      <p class="quiet">{words.sourceHints[form.source]}</p>
      {form.source === 'macos' ? (
        <MacosSource {...part} checked={checked} onChecked={setChecked} />
      ) : (
        <SourceFields {...part} source={form.source} />
      )}
      {isReady && (
        <>
          <NameAndSize {...part} errors={errors} />
          <MoreOptions {...part} />
        </>
      )}
      {problem !== null && (
        <div role="alert">
          <ProblemBox problem={problem} />
        </div>
      )}
      {creation !== undefined && <Making creation={creation} />}
      {isReady && (
        <div class="actions end">
          <button
            type="button"
            class="button"
            onClick={() => void store.bridge.request('window.close', {})}
          >
            {making === null ? text.action.cancel : text.action.close}
          </button>
          <button type="submit" class="button prominent" disabled={making !== null}>
            {making === null ? words.create : words.creating}
          </button>
        </div>
      )}
    </form>
  );
}

/** A no cannot be overridden; what cannot be told can, by a person who has read it. */
function mayInstall({ file, despiteUnknown }: CreateForm, checked: Checked): boolean {
  if (checked === null || checked.file !== file) return false;
  const { answer } = checked.report.verdict;
  return answer === 'cannot-tell' ? despiteUnknown : answer !== 'no';
}
