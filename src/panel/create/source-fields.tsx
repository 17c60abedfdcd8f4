import type { FileKind } from '../../contract/app.ts';
import { optionsOf, SelectField, TextField } from '../parts/fields.tsx';
import { useStore, useWords } from '../state/context.ts';
import { type CreateField, type CreateForm, withFile } from './create-form.ts';

export interface FormPartProps {
  readonly form: CreateForm;
  readonly errorAt: (field: CreateField) => string | undefined;
  readonly onLeave: (field: CreateField) => () => void;
  readonly onChange: (part: Partial<CreateForm>) => void;
}

/** The file that a machine is made from, and what belongs to it. */
export function SourceFields({ form, errorAt, onLeave, onChange }: FormPartProps) {
  const store = useStore();
  const { text } = useWords();
  const words = text.create;
  const { source } = form;
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

  if (source === 'macos') {
    return (
      <>
        <p>{words.macosHint}</p>
        <div class="actions">
          <button
            type="button"
            class="button prominent"
            onClick={() => void store.ask('window.open', { window: 'host' })}
          >
            {words.checkHost}
          </button>
        </div>
      </>
    );
  }
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
