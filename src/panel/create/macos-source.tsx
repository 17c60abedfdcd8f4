import { useEffect, useState } from 'preact/hooks';
import type { PreflightAction, PreflightReport } from '../../contract/preflight.ts';
import type { DriverReport } from '../../contract/requests.ts';
import { CheckField, TextField } from '../parts/fields.tsx';
import { ProblemBox } from '../parts/problem-box.tsx';
import { useStore, useWords } from '../state/context.ts';
import { Verdict } from '../windows/verdict.tsx';
import { withFile } from './create-form.ts';
import { ImageList } from './image-list.tsx';
import type { FormPartProps } from './source-fields.tsx';

/** What preflight said of the file that is chosen now; null while it has not. */
export type Checked = { readonly file: string; readonly report: PreflightReport } | null;

interface MacosSourceProps extends FormPartProps {
  readonly checked: Checked;
  readonly onChecked: (checked: Checked) => void;
}

/** The restore image and whether this Mac can install it, or plainly why there are no macOS guests here. */
export function MacosSource(props: MacosSourceProps) {
  const store = useStore();
  const { text } = useWords();
  const isMac = store.info.value?.platform === 'darwin';
  const [driver, setDriver] = useState<DriverReport | 'none' | null>(null);
  useEffect(() => {
    void (async () => {
      const answer = await store.ask('host.check', {});
      if (answer.ok) setDriver(answer.value.find((one) => one.driver === 'vz') ?? 'none');
    })();
  }, [store]);
  if (driver === null) return <p class="quiet">{text.host.checking}</p>;
  if (driver === 'none' || !driver.available) {
    return (
      <>
        <p>
          <strong>{text.create.macosNone}</strong>
        </p>
        {driver !== 'none' && driver.problem !== null && <ProblemBox problem={driver.problem} />}
        <div class="actions">
          <button
            type="button"
            class="button"
            onClick={() => void store.ask('window.open', { window: 'host' })}
          >
            {text.create.checkHost}
          </button>
        </div>
        <details class="more">
          <summary>{text.images.elsewhere}</summary>
          <ImageList hasApple={isMac} />
        </details>
      </>
    );
  }
  return <ChooseImage {...props} />;
}

function ChooseImage({ form, errorAt, onLeave, onChange, checked, onChecked }: MacosSourceProps) {
  const store = useStore();
  const { text } = useWords();
  const words = text.create;
  const [isBusy, setBusy] = useState(false);
  const [awaited, setAwaited] = useState<ReadonlySet<string>>(new Set());
  const { machines = [], downloads = [] } = store.app.value ?? {};
  const taken = machines.map(({ name }) => name);

  const take = (file: string): void => {
    onChecked(null);
    onChange({ ...withFile(form, file, taken), despiteUnknown: false });
  };
  const check = async (file: string): Promise<void> => {
    store.failure.value = null;
    onChecked(null);
    setBusy(true);
    const answer = await store.ask('preflight.run', { image: file });
    setBusy(false);
    if (answer.ok) onChecked({ file, report: answer.value });
  };
  const use = async (path: string): Promise<void> => {
    take(path);
    await check(path);
  };
  const choose = async (): Promise<void> => {
    const answer = await store.ask('file.choose', { kind: 'restoreImage' });
    if (answer.ok && answer.value.path !== null) await use(answer.value.path);
  };
  // What a person waits for here is chosen when it is there, unless they chose another meanwhile.
  const come = downloads.find(({ id, phase }) => phase === 'complete' && awaited.has(id));
  useEffect(() => {
    if (come === undefined) return;
    setAwaited(new Set([...awaited].filter((id) => id !== come.id)));
    if (form.file === '') void use(come.path);
  });
  const act = (action: PreflightAction): void => {
    if (action.kind === 'check-again') void check(form.file);
    else if (action.kind === 'choose-image') void choose();
    else void store.ask('preflight.act', { action });
  };

  return (
    <>
      <p class="quiet">{words.macosHint}</p>
      <TextField
        label={words.file.macos}
        value={form.file}
        placeholder={words.path}
        error={errorAt('file')}
        onBlur={onLeave('file')}
        onChange={take}
      >
        <button type="button" class="button" onClick={() => void choose()}>
          {text.action.choose}
        </button>
        <button
          type="button"
          class="button"
          disabled={isBusy || !form.file.startsWith('/')}
          onClick={() => void check(form.file)}
        >
          {words.checkImage}
        </button>
      </TextField>
      {form.file === '' && (
        <ImageList
          hasApple={store.info.value?.platform === 'darwin'}
          onUse={(path) => void use(path)}
          onBegun={(id) => setAwaited(new Set([...awaited, id]))}
          onChooseFile={() => void choose()}
        />
      )}
      <div aria-live="polite" aria-busy={isBusy}>
        {isBusy && <p class="quiet">{words.checkingImage}</p>}
        {checked !== null && <Verdict report={checked.report} onAct={act} />}
      </div>
      {checked?.report.verdict.answer === 'cannot-tell' && (
        <CheckField
          label={words.despiteUnknown}
          checked={form.despiteUnknown}
          onChange={(despiteUnknown) => onChange({ despiteUnknown })}
        />
      )}
    </>
  );
}
