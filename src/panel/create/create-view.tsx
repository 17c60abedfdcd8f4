import { useRef, useState } from 'preact/hooks';
import type { Problem } from '../../contract/app-state.ts';
import { TextField } from '../parts/fields.tsx';
import { ProblemBox } from '../parts/problem-box.tsx';
import { Segments } from '../parts/segments.tsx';
import { useStore, useWords } from '../state/context.ts';
import {
  type CreateField,
  type CreateForm,
  createErrors,
  emptyForm,
  requestFor,
} from './create-form.ts';
import { MoreOptions } from './more-options.tsx';
import { SourceFields } from './source-fields.tsx';

/** Makes a machine from a file. What is wrong with a field stands beside it once it was left. */
export function CreateView() {
  const store = useStore();
  const { text, format } = useWords();
  const info = store.info.value;
  const words = text.create;
  const [typed, setTyped] = useState<CreateForm | null>(null);
  const form = typed ?? emptyForm(info?.host);
  const [left, setLeft] = useState<ReadonlySet<CreateField>>(new Set());
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const taken = (store.app.value?.machines ?? []).map(({ name }) => name);
  const errors = createErrors(form, info?.host, taken, words.errors);

  const change = (part: Partial<CreateForm>): void => setTyped({ ...form, ...part });
  const leave = (field: CreateField) => () => setLeft(new Set([...left, field]));
  const errorAt = (field: CreateField) => (left.has(field) ? errors[field] : undefined);
  const sources = (['iso', 'disk', 'kernel', 'macos'] as const).filter(
    (source) => source !== 'macos' || info?.drivers.includes('vz'),
  );

  const submit = async (): Promise<void> => {
    setLeft(new Set(['file', 'initrd', 'name', 'memory', 'cpus', 'diskGiB']));
    if (Object.keys(errors).length > 0) {
      setTimeout(() =>
        element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
      );
      return;
    }
    setBusy(true);
    setProblem(null);
    const answer = await store.bridge.request('machine.create', requestFor(form));
    setBusy(false);
    if (answer.ok) await store.bridge.request('window.close', {});
    else setProblem(answer.problem);
  };

  return (
    <form
      ref={element}
      class="window form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy && form.source !== 'macos') void submit();
      }}
    >
      <h1>{words.title}</h1>
      <Segments
        label={words.source}
        options={sources.map((key) => [key, words.sources[key]] as const)}
        value={form.source}
        onChange={(source) => {
          change({ source, file: '', format: 'qcow2' });
          setLeft(new Set());
        }}
      />
      <p class="quiet">{words.sourceHints[form.source]}</p>
      <SourceFields form={form} errorAt={errorAt} onLeave={leave} onChange={change} />
      {form.source !== 'macos' && (
        <>
          <TextField
            label={words.name}
            value={form.name}
            error={errorAt('name')}
            onBlur={leave('name')}
            onChange={(name) => change({ name })}
          />
          <div class="pair">
            <TextField
              label={words.memory}
              inputMode="numeric"
              value={form.memory}
              hint={info ? words.memoryHint(format.mebibytes(info.host.memoryMiB)) : undefined}
              error={errors.memory}
              onChange={(memory) => change({ memory })}
            />
            <TextField
              label={words.cpus}
              inputMode="numeric"
              value={form.cpus}
              hint={info ? words.cpusHint(info.host.cpus) : undefined}
              error={errors.cpus}
              onChange={(cpus) => change({ cpus })}
            />
          </div>
          <MoreOptions form={form} errorAt={errorAt} onLeave={leave} onChange={change} />
          {problem !== null && (
            <div role="alert">
              <ProblemBox problem={problem} />
            </div>
          )}
          <div class="actions end">
            <button
              type="button"
              class="button"
              onClick={() => void store.bridge.request('window.close', {})}
            >
              {text.action.cancel}
            </button>
            <button type="submit" class="button prominent" disabled={isBusy}>
              {isBusy ? words.creating : words.create}
            </button>
          </div>
        </>
      )}
    </form>
  );
}
