import { CheckField, optionsOf, SelectField, TextField } from '../parts/fields.tsx';
import { useStore, useWords } from '../state/context.ts';
import { needsDisk } from './create-form.ts';
import type { FormPartProps } from './source-fields.tsx';

/** What most machines can leave as it is. */
export function MoreOptions({ form, errorAt, onLeave, onChange }: FormPartProps) {
  const { text } = useWords();
  const encryptNew = useStore().settings.value?.encryptNewStates ?? false;
  const words = text.create;
  return (
    <>
      {needsDisk(form) && (
        <TextField
          label={words.diskSize}
          inputMode="numeric"
          value={form.diskGiB}
          hint={words.diskHint}
          error={errorAt('diskGiB')}
          onBlur={onLeave('diskGiB')}
          onChange={(diskGiB) => onChange({ diskGiB })}
        />
      )}
      <details class="more">
        <summary>{words.more}</summary>
        {form.source === 'kernel' && (
          <TextField
            label={words.commandLine}
            value={form.commandLine}
            onChange={(commandLine) => onChange({ commandLine })}
          />
        )}
        {(form.source === 'iso' || form.source === 'disk') && (
          <SelectField
            label={words.firmware}
            value={form.firmware}
            options={optionsOf(['uefi', 'bios'], words.firmwares)}
            onChange={(firmware) => onChange({ firmware })}
          />
        )}
        <CheckField
          label={words.network}
          checked={form.network}
          onChange={(network) => onChange({ network })}
        />
        <CheckField
          label={words.display}
          checked={form.display}
          onChange={(display) => onChange({ display })}
        />
        <CheckField
          label={words.encrypt}
          checked={form.encrypts ?? encryptNew}
          onChange={(encrypts) => onChange({ encrypts })}
        />
      </details>
    </>
  );
}
