import type { Ref } from 'preact';
import { CheckField } from '../parts/fields.tsx';
import { useWords } from '../state/context.ts';
import type { ViewOptions } from './view-options.ts';

interface ToolbarProps {
  readonly elementRef: Ref<HTMLDivElement>;
  readonly options: ViewOptions;
  readonly isOpen: boolean;
  readonly onChange: (part: Partial<ViewOptions>) => void;
  readonly onCtrlAltDel: () => void;
  readonly onPaste: () => void;
}

export function Toolbar(props: ToolbarProps) {
  const { elementRef, options, isOpen, onChange, onCtrlAltDel, onPaste } = props;
  const { text } = useWords();
  const words = text.display;
  return (
    <div ref={elementRef} class="tools" role="toolbar" aria-label={words.toolbar}>
      <button type="button" class="button small" disabled={!isOpen} onClick={onCtrlAltDel}>
        {words.keys}
      </button>
      <button type="button" class="button small" disabled={!isOpen} onClick={onPaste}>
        {words.paste}
      </button>
      <span class="grow tools-hint">{words.release}</span>
      <CheckField label={words.fit} checked={options.fit} onChange={(fit) => onChange({ fit })} />
      <CheckField
        label={words.resize}
        checked={options.resize}
        onChange={(resize) => onChange({ resize })}
      />
    </div>
  );
}
