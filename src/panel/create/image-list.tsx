import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../../contract/app-state.ts';
import type { ListedImage } from '../../contract/downloads.ts';
import type { PreflightAction } from '../../contract/preflight.ts';
import { SelectField } from '../parts/fields.tsx';
import { ProblemBox } from '../parts/problem-box.tsx';
import { useStore, useWords } from '../state/context.ts';
import { DownloadCard } from './download-card.tsx';
import { ImageRow } from './image-row.tsx';

/** Bytes per second, as a select field names them. */
const limits = { none: null, '1': 1 << 20, '5': 5 << 20, '20': 20 << 20 } as const;
type Limit = keyof typeof limits;

interface ImageListProps {
  /** Whether Apple’s catalogue is read at once; a person can always name one of their own. */
  readonly hasApple: boolean;
  readonly onUse?: (path: string) => void;
  /** A download that a person began or went on with here. */
  readonly onBegun?: (id: string) => void;
  readonly onChooseFile?: () => void;
}

/** The images that a catalogue lists, each with its verdict, and the downloads that there are. */
export function ImageList({ hasApple, onUse, onBegun, onChooseFile }: ImageListProps) {
  const store = useStore();
  const { text, format } = useWords();
  const words = text.images;
  const [catalogue, setCatalogue] = useState<string | null>(null);
  const [images, setImages] = useState<readonly ListedImage[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isReading, setReading] = useState(false);
  const [limit, setLimit] = useState<Limit>('none');
  const [beginning, setBeginning] = useState<string | null>(null);
  const asked = useRef(0);
  const downloads = store.app.value?.downloads ?? [];

  const read = async (from: string | null): Promise<void> => {
    asked.current += 1;
    const mine = asked.current;
    setCatalogue(from);
    setImages(null);
    setProblem(null);
    setReading(true);
    const answer = await store.bridge.request('images.list', { catalogue: from });
    // Another list was asked for meanwhile.
    if (mine !== asked.current) return;
    setReading(false);
    if (answer.ok) setImages(answer.value);
    else setProblem(answer.problem);
  };
  const readFirst = useRef(read);
  useEffect(() => {
    if (hasApple) void readFirst.current(null);
  }, [hasApple]);

  const chooseList = async (): Promise<void> => {
    const answer = await store.ask('file.choose', { kind: 'catalogue' });
    if (answer.ok && answer.value.path !== null) await read(answer.value.path);
  };
  const begin = async ({ url }: ListedImage, anyway: boolean): Promise<void> => {
    setBeginning(url);
    const answer = await store.ask('download.start', {
      ...{ catalogue, url, anyway, limit: limits[limit] },
    });
    setBeginning(null);
    if (answer.ok) onBegun?.(answer.value.id);
  };
  const limitWords = (key: Limit): string => {
    const bytes = limits[key];
    return bytes === null ? words.unlimited : words.rate(format.bytes(bytes));
  };
  const act = (action: PreflightAction): void => {
    if (action.kind === 'check-again') void read(catalogue);
    else if (action.kind === 'choose-image') onChooseFile?.();
    else void store.ask('preflight.act', { action });
  };

  return (
    <section class="images" aria-label={words.title}>
      <h2>{words.title}</h2>
      <p class="quiet">{words.hint}</p>
      {downloads.map((download) => (
        <DownloadCard key={download.id} download={download} onUse={onUse} onGoOn={onBegun} />
      ))}
      <div aria-live="polite" aria-busy={isReading}>
        {isReading && <p class="quiet">{words.loading}</p>}
        {images?.length === 0 && <p>{words.empty}</p>}
      </div>
      {problem !== null && <ProblemBox problem={problem} />}
      {catalogue !== null && <p class="quiet">{words.from(catalogue)}</p>}
      {images !== null && images.length > 0 && (
        <ul class="plain verdicts">
          {images.map((image) => (
            <ImageRow
              key={image.url}
              image={image}
              download={downloads.find(({ url }) => url === image.url)}
              isBusy={beginning !== null}
              onDownload={(wanted, anyway) => void begin(wanted, anyway)}
              onAct={act}
            />
          ))}
        </ul>
      )}
      {images !== null && images.length > 0 && (
        <SelectField
          label={words.limit}
          value={limit}
          options={(['none', '1', '5', '20'] as const).map(
            (key) => [key, limitWords(key)] as const,
          )}
          onChange={setLimit}
        />
      )}
      <div class="actions">
        {(images !== null || problem !== null) && (
          <button
            type="button"
            class="button small"
            disabled={isReading}
            onClick={() => void read(catalogue)}
          >
            {words.again}
          </button>
        )}
        {hasApple && catalogue !== null && (
          <button type="button" class="button small" onClick={() => void read(null)}>
            {words.apple}
          </button>
        )}
        <button type="button" class="button small" onClick={() => void chooseList()}>
          {words.own}
        </button>
      </div>
    </section>
  );
}
