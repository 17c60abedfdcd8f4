import { useId, useState } from 'preact/hooks';
import { useWords } from '../state/context.ts';
import { acceleratorOf } from './shortcut.ts';

interface ShortcutFieldProps {
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
}

/** A shortcut that is recorded by pressing it. Escape and Tab leave it as it was. */
export function ShortcutField({ value, onChange }: ShortcutFieldProps) {
  const { text } = useWords();
  const words = text.settings;
  const id = useId();
  const [isRecording, setRecording] = useState(false);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isRecording || event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    const accelerator = event.key === 'Escape' ? null : acceleratorOf(event);
    if (accelerator === null && event.key !== 'Escape') return;
    setRecording(false);
    if (accelerator !== null) onChange(accelerator);
  };
  return (
    <div class="field">
      <span class="field-label" id={id}>
        {words.shortcut}
      </span>
      <div class="field-line">
        <button
          type="button"
          class="button shortcut"
          aria-labelledby={`${id} ${id}-keys`}
          aria-describedby={`${id}-hint`}
          aria-pressed={isRecording}
          onClick={() => setRecording(!isRecording)}
          onKeyDown={onKeyDown}
          onBlur={() => setRecording(false)}
        >
          <span id={`${id}-keys`}>
            {isRecording
              ? words.shortcutRecord
              : (value?.replaceAll('+', ' + ') ?? words.shortcutNone)}
          </span>
        </button>
        {value !== null && (
          <button type="button" class="button small" onClick={() => onChange(null)}>
            {words.shortcutClear}
          </button>
        )}
      </div>
      <p class="field-hint" id={`${id}-hint`}>
        {isRecording ? words.shortcutHint : ''}
      </p>
    </div>
  );
}
