import { useId } from 'preact/hooks';

interface SegmentsProps<Value extends string> {
  readonly label: string;
  readonly options: readonly (readonly [Value, string])[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** One of a few, all of them in sight: radio buttons that look like segments. */
export function Segments<Value extends string>(props: SegmentsProps<Value>) {
  const { label, options, value, onChange } = props;
  const name = useId();
  return (
    <fieldset class="segments-field">
      <legend>{label}</legend>
      <div class="segments">
        {options.map(([key, words]) => (
          <label key={key}>
            <input
              type="radio"
              name={name}
              checked={key === value}
              onChange={() => onChange(key)}
            />
            <span>{words}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
