import { TextField } from '../parts/fields.tsx';
import { useStore, useWords } from '../state/context.ts';
import type { CreateErrors } from './create-form.ts';
import type { FormPartProps } from './source-fields.tsx';

interface NameAndSizeProps extends FormPartProps {
  readonly errors: CreateErrors;
}

export function NameAndSize({ form, errors, errorAt, onLeave, onChange }: NameAndSizeProps) {
  const info = useStore().info.value;
  const { text, format } = useWords();
  const words = text.create;
  return (
    <>
      <TextField
        label={words.name}
        value={form.name}
        error={errorAt('name')}
        onBlur={onLeave('name')}
        onChange={(name) => onChange({ name })}
      />
      <div class="pair">
        <TextField
          label={words.memory}
          inputMode="numeric"
          value={form.memory}
          hint={info ? words.memoryHint(format.mebibytes(info.host.memoryMiB)) : undefined}
          error={errors.memory}
          onChange={(memory) => onChange({ memory })}
        />
        <TextField
          label={words.cpus}
          inputMode="numeric"
          value={form.cpus}
          hint={info ? words.cpusHint(info.host.cpus) : undefined}
          error={errors.cpus}
          onChange={(cpus) => onChange({ cpus })}
        />
      </div>
    </>
  );
}
