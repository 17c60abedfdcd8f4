import type { FileKind } from '../../contract/app.ts';
import { optionsOf, SelectField, TextField } from '../parts/fields.tsx';
import { useStore, useWords } from '../state/context.ts';
import { type CreateField, type CreateForm, type Source, withFile } from './create-form.ts';

export interface FormPartProps {
  readonly form: CreateForm;
  readonly errorAt: (field: CreateField) => string | undefined;
  readonly onLeave: (field: CreateField) => () => void;
  readonly onChange: (part: Partial<CreateForm>) => void;
}

/** The sources that are a file and nothing else. */
interface SourceFieldsProps extends FormPartProps {
  readonly source: Exclude<Source, 'macos'>;
}

/** The file that a machine is made from, and what belongs to it. */
export function SourceFields({ source, form, errorAt, onLeave, onChange }: SourceFieldsProps) {
  const store = useStore();
  const { text } = useWords();
  const words = text.create;
  const taken = (store.app.value?.machines ?? []).map(({ name }) => name);

  const pick = async (kind: FileKind, take: (path: string) => void): Promise<void> => {
    const answer = await store.ask('file.choose', { kind });
    if (answer.ok && answer.value.path !== null) take(answer.value.path);
  };
  const button = (kind: FileKind, take: (path: string) => void) => (
    <button type="button" class="button" onClick={() => void pick(kind, take)}>
      {text.action.choose}
    </button>
  );
  const takeFile = (file: string): void => onChange(withFile(form, file, taken));
  const takeInitrd = (initrd: string): void => onChange({ initrd });

  return (
    <>
      <TextField
        label={words.file[source]}
        value={form.file}
        placeholder={words.path}
        error={errorAt('file')}
        onBlur={onLeave('file')}
        onChange={takeFile}
      >
        {button(source, takeFile)}
      </TextField>
      {source === 'kernel' && (
        <TextField
          label={words.file.initrd}
          value={form.initrd}
          placeholder={words.path}
          error={errorAt('initrd')}
          onBlur={onLeave('initrd')}
          onChange={takeInitrd}
        >
          {button('initrd', takeInitrd)}
        </TextField>
      )}
      {source === 'disk' && (
        <SelectField
          label={words.format}
          value={form.format}
          options={optionsOf(['qcow2', 'raw'], words.formats)}
          onChange={(format) => onChange({ format })}
        />
      )}
    </>
  );
}
