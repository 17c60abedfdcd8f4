import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
}

interface TextFieldProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly disabled?: boolean;
  readonly inputMode?: 'numeric';
  readonly onBlur?: () => void;
  /** Buttons beside the field. */
  readonly children?: ComponentChildren;
}

/** A label, what is typed, and below it what is wrong with it, or else a hint. */
export function TextField(props: TextFieldProps) {
  const { label, hint, error, value, onChange, placeholder, disabled, inputMode, onBlur } = props;
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <div class="field-line">
        <input
          id={id}
          type="text"
          value={value}
          placeholder={placeholder}
          disabled={disabled}
          inputMode={inputMode}
          size={inputMode === undefined ? undefined : 8}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-below`}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
          onBlur={onBlur}
        />
        {props.children}
      </div>
      <Below id={`${id}-below`} hint={hint} error={error} />
    </div>
  );
}

interface SelectFieldProps<Value extends string> extends FieldProps {
  readonly value: Value;
  readonly options: readonly (readonly [NoInfer<Value>, string])[];
  readonly onChange: (value: NoInfer<Value>) => void;
  readonly disabled?: boolean;
}

export function SelectField<Value extends string>(props: SelectFieldProps<Value>) {
  const { label, hint, error, value, options, onChange, disabled } = props;
  const id = useId();
  return (
    <div class="field select-field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        aria-describedby={`${id}-below`}
        onChange={({ currentTarget }) => {
          const chosen = options[currentTarget.selectedIndex];
          if (chosen !== undefined) onChange(chosen[0]);
        }}
      >
        {options.map(([key, words]) => (
          <option key={key} value={key} selected={key === value}>
            {words}
          </option>
        ))}
      </select>
      <Below id={`${id}-below`} hint={hint} error={error} />
    </div>
  );
}

interface CheckFieldProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function CheckField({ label, checked, onChange }: CheckFieldProps) {
  return (
    <label class="check-field">
      <input
        type="checkbox"
        role="switch"
        aria-checked={checked}
        checked={checked}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

interface BelowProps {
  readonly id: string;
  readonly hint: string | undefined;
  readonly error: string | undefined;
}

function Below({ id, hint, error }: BelowProps) {
  return (
    <p id={id} class={error === undefined ? 'field-hint' : 'field-error'} aria-live="polite">
      {error ?? hint}
    </p>
  );
}

/** The pairs that a select field is made of, from a catalogue's object. */
export function optionsOf<const Key extends string>(
  keys: readonly Key[],
  words: Readonly<Record<NoInfer<Key>, string>>,
): readonly (readonly [Key, string])[] {
  return keys.map((key) => [key, words[key]] as const);
}
