import { useState } from 'preact/hooks';
import type { PreflightAction, PreflightReport } from '../../contract/preflight.ts';
import { TextField } from '../parts/fields.tsx';
import { useStore, useWords } from '../state/context.ts';
import { Verdict } from './verdict.tsx';

/** Asks about a restore image, or the newest, and shows the verdict. */
export function PreflightSection() {
  const store = useStore();
  const { text } = useWords();
  const [image, setImage] = useState('');
  const [report, setReport] = useState<PreflightReport | null>(null);
  const [isBusy, setBusy] = useState(false);
  const words = text.host;

  const run = async (what: string): Promise<void> => {
    store.failure.value = null;
    setBusy(true);
    const answer = await store.ask('preflight.run', { image: what.trim() || null });
    setBusy(false);
    if (answer.ok) setReport(answer.value);
  };
  const chooseImage = async (): Promise<void> => {
    const answer = await store.ask('file.choose', { kind: 'restoreImage' });
    if (!answer.ok || answer.value.path === null) return;
    setImage(answer.value.path);
    await run(answer.value.path);
  };
  const act = (action: PreflightAction): void => {
    if (action.kind === 'check-again') void run(image);
    else if (action.kind === 'choose-image') void chooseImage();
    else void store.ask('preflight.act', { action });
  };

  return (
    <section>
      <h2>{words.image}</h2>
      <p class="quiet">{words.imageText}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) void run(image);
        }}
      >
        <TextField
          label={words.imageField}
          value={image}
          placeholder={words.imageNewest}
          onChange={setImage}
        >
          <button type="button" class="button" onClick={() => void chooseImage()}>
            {text.action.choose}
          </button>
          <button type="submit" class="button prominent" disabled={isBusy}>
            {words.check}
          </button>
        </TextField>
      </form>
      <div aria-live="polite" aria-busy={isBusy}>
        {isBusy && <p class="quiet">{words.checking}</p>}
        {report !== null && !isBusy && <Verdict report={report} onAct={act} />}
      </div>
    </section>
  );
}
