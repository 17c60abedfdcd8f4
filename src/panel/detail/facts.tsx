interface FactsProps {
  /** Label and value; a fact without a value is left out. */
  readonly facts: readonly (readonly [string, string | number | null])[];
}

export function Facts({ facts }: FactsProps) {
  const known = facts.filter(([, value]) => value !== null && value !== '');
  return (
    <dl class="facts">
      {known.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
