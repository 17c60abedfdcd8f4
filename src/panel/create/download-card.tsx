import type { DownloadView } from '../../contract/downloads.ts';
import { ProblemBox } from '../parts/problem-box.tsx';
import { useStore, useWords } from '../state/context.ts';

interface DownloadCardProps {
  readonly download: DownloadView;
  /** Takes an image that is complete; without it there is nothing to take it for. */
  readonly onUse?: ((path: string) => void) | undefined;
  /** The person wants it to go on, here and now. */
  readonly onGoOn?: ((id: string) => void) | undefined;
}

/** A restore image that is downloaded, was in part, or is whole: how far it is, and what can be done. */
export function DownloadCard({ download, onUse, onGoOn }: DownloadCardProps) {
  const { text } = useWords();
  const { name, phase, done, total, note, problem } = download;
  const words = text.images;
  return (
    <section class="card download" aria-label={words.label(name)}>
      <p>
        <strong>{name}</strong>{' '}
        <span class="quiet" aria-live="polite">
          {words.phases[phase]}
        </span>
      </p>
      {phase !== 'complete' && (
        <progress
          class="progress"
          aria-label={words.label(name)}
          value={total === null ? undefined : Math.min(1, done / Math.max(1, total))}
          max={1}
        />
      )}
      <Amounts download={download} />
      {note !== null && phase !== 'complete' && (
        <p class="quiet">
          {words.notes[note.kind]} <span lang="en">{note.reason}</span>
        </p>
      )}
      {problem !== null && <ProblemBox problem={problem} />}
      <Buttons download={download} onUse={onUse} onGoOn={onGoOn} />
    </section>
  );
}

function Amounts({ download: { phase, done, total, rate, secondsLeft } }: DownloadCardProps) {
  const { text, format } = useWords();
  const words = text.images;
  const amount =
    total === null || phase === 'complete'
      ? format.bytes(done)
      : words.amount(format.bytes(done), format.bytes(total));
  const parts = [
    amount,
    ...(rate === null ? [] : [words.rate(format.bytes(rate))]),
    ...(secondsLeft === null ? [] : [text.progress.left(format.duration(secondsLeft * 1000))]),
  ];
  return <p class="quiet amounts">{parts.join(' · ')}</p>;
}

function Buttons({ download, onUse, onGoOn }: DownloadCardProps) {
  const store = useStore();
  const { text } = useWords();
  const words = text.images;
  const { id, name, phase, path } = download;
  const ref = { download: id };
  const button = (label: string, act: () => void, kind = 'button small') => (
    <button type="button" class={kind} aria-label={text.action.of(label, name)} onClick={act}>
      {label}
    </button>
  );
  const goOn = (): void => {
    onGoOn?.(id);
    void store.ask('download.resume', ref);
  };
  const runs = phase === 'downloading' || phase === 'paused' || phase === 'verifying';
  return (
    <div class="actions end">
      {phase === 'downloading' && button(words.pause, () => void store.ask('download.pause', ref))}
      {phase === 'paused' && button(words.resume, goOn)}
      {runs && button(words.cancel, () => void store.ask('download.cancel', ref))}
      {(phase === 'stopped' || phase === 'complete') &&
        button(
          phase === 'complete' ? words.trash : words.discard,
          () => void store.ask('download.discard', ref),
        )}
      {phase === 'stopped' && button(words.goOn, goOn, 'button small prominent')}
      {phase === 'complete' &&
        onUse !== undefined &&
        button(words.use, () => onUse(path), 'button small prominent')}
    </div>
  );
}
