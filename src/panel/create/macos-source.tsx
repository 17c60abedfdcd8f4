import { useEffect, useState } from 'preact/hooks';
import type { PreflightAction, PreflightReport } from '../../contract/preflight.ts';
import type { DriverReport } from '../../contract/requests.ts';
import { CheckField, TextField } from '../parts/fields.tsx';
import { ProblemBox } from '../parts/problem-box.tsx';
import { useStore, useWords } from '../state/context.ts';
import { Verdict } from '../windows/verdict.tsx';
import { withFile } from './create-form.ts';
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
  const taken = (store.app.value?.machines ?? []).map(({ name }) => name);

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
  const choose = async (): Promise<void> => {
    const answer = await store.ask('file.choose', { kind: 'restoreImage' });
    if (!answer.ok || answer.value.path === null) return;
    take(answer.value.path);
    await check(answer.value.path);
  };
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
        <>
          <p class="quiet">{words.macosGet}</p>
          <div class="command">
            <code>torpor images; torpor download BUILD</code>
          </div>
        </>
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
