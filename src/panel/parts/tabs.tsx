interface TabsProps<Key extends string> {
  readonly label: string;
  readonly tabs: readonly { readonly key: Key; readonly label: string }[];
  readonly current: Key;
  readonly onChoose: (key: Key) => void;
}

/** Tabs as segments. The panel of a tab has the id `panel-KEY` and is labelled by `tab-KEY`. */
export function Tabs<Key extends string>({ label, tabs, current, onChoose }: TabsProps<Key>) {
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = tabs.findIndex(({ key }) => key === current);
    const next = tabs.at((at + step) % tabs.length);
    if (next === undefined) return;
    onChoose(next.key);
    document.getElementById(`tab-${next.key}`)?.focus();
  };
  return (
    <div class="segments tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map(({ key, label: words }) => (
        <button
          key={key}
          type="button"
          role="tab"
          id={`tab-${key}`}
          aria-selected={key === current}
          aria-controls={key === current ? `panel-${key}` : undefined}
          tabIndex={key === current ? 0 : -1}
          onClick={() => onChoose(key)}
        >
          {words}
        </button>
      ))}
    </div>
  );
}
