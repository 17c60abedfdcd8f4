import { SelectField } from '../parts/fields.tsx';

interface NumberChoiceProps {
  readonly label: string;
  readonly value: number | null;
  /** The usual values; the one that is set is among what is offered, whatever it is. */
  readonly usual: readonly number[];
  /** What null means. */
  readonly none: string;
  readonly words: (value: number) => string;
  readonly onChange: (value: number | null) => void;
}

/** A number among a few, or none. */
export function NumberChoice(props: NumberChoiceProps) {
  const { label, value: current, usual, none, words, onChange } = props;
  const values = [...new Set(current === null ? usual : [...usual, current])];
  return (
    <SelectField
      label={label}
      value={String(current ?? '')}
      options={[
        ['', none],
        ...values.sort((a, b) => a - b).map((one) => [String(one), words(one)] as const),
      ]}
      onChange={(value) => onChange(value === '' ? null : Number(value))}
    />
  );
}
