import type { DownloadView, ListedImage } from '../../contract/downloads.ts';
import type { PreflightAction, PreflightVerdict } from '../../contract/preflight.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { ProblemBox } from '../parts/problem-box.tsx';
import { useWords } from '../state/context.ts';
import { Verdict } from '../windows/verdict.tsx';

interface ImageRowProps {
  readonly image: ListedImage;
  /** Its download, if there is one: then that is shown in place of the button. */
  readonly download: DownloadView | undefined;
  readonly isBusy: boolean;
  readonly onDownload: (image: ListedImage, anyway: boolean) => void;
  readonly onAct: (action: PreflightAction) => void;
}

const signs: Record<PreflightVerdict['answer'], readonly [verdict: string, icon: IconName]> = {
  yes: ['pass', 'check'],
  'yes-with-warnings': ['warn', 'warning'],
  no: ['fail', 'close'],
  'cannot-tell': ['unknown', 'unknown'],
};

/** An image of a catalogue with its verdict, before anything of it is downloaded. */
export function ImageRow({ image, download, isBusy, onDownload, onAct }: ImageRowProps) {
  const { text, format } = useWords();
  const words = text.images;
  const { name, bytes, verdict, problem } = image;
  const [sign, icon] = verdict === null ? signs['cannot-tell'] : signs[verdict.answer];
  const isGood = verdict?.answer === 'yes' || verdict?.answer === 'yes-with-warnings';
  const label = isGood ? words.download : words.anyway;
  return (
    <li data-verdict={sign}>
      <Icon name={icon} />
      <div class="image">
        <p>
          <strong>{name}</strong> <span class="quiet">{bytes !== null && format.bytes(bytes)}</span>
        </p>
        <p>{verdict === null ? words.unread : words.answers[verdict.answer]}</p>
        {verdict !== null && verdict.answer !== 'yes' && <p class="quiet">{verdict.sentence}</p>}
        {problem !== null && <ProblemBox problem={problem} />}
        {verdict !== null && (
          <details class="more">
            <summary>{verdict.answer === 'yes' ? text.host.evidence : words.why}</summary>
            <Verdict report={{ image: name, verdict }} onAct={onAct} />
          </details>
        )}
        {verdict !== null && download === undefined && (
          <div class="actions end">
            <button
              type="button"
              class={isGood ? 'button small prominent' : 'button small'}
              aria-label={text.action.of(label, name)}
              disabled={isBusy}
              onClick={() => onDownload(image, !isGood)}
            >
              {label}
            </button>
          </div>
        )}
      </div>
    </li>
  );
}
