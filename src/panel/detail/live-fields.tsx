import type { LiveChoice, MachineView } from '../../contract/app-state.ts';
import { CheckField, optionsOf, SelectField, TextField } from '../parts/fields.tsx';
import { useWords } from '../state/context.ts';
import type { SettingsErrors, SettingsForm } from './settings-form.ts';

interface LiveFieldsProps {
  readonly form: SettingsForm;
  readonly errors: SettingsErrors;
  readonly machine: MachineView;
  readonly choices: readonly LiveChoice[];
  readonly onChange: (part: Partial<SettingsForm>) => void;
}

/** What a guest takes over while it runs, where its driver can; nothing where it cannot. */
export function LiveFields({ form, errors, machine, choices, onChange }: LiveFieldsProps) {
  const { text } = useWords();
  const words = text.machineSettings;
  if (choices.length === 0) return null;
  return (
    <fieldset disabled={machine.progress !== null}>
      <legend>{words.live}</legend>
      {choices.includes('memoryTarget') && (
        <TextField
          label={words.memoryTarget}
          hint={words.memoryTargetHint}
          inputMode="numeric"
          placeholder={form.memory}
          value={form.memoryTarget}
          error={errors.memoryTarget}
          onChange={(memoryTarget) => onChange({ memoryTarget })}
        />
      )}
      {choices.includes('window') && (
        <>
          <SelectField
            label={words.resize}
            value={form.resize}
            options={optionsOf(['fixed', 'follow'], words.resizes)}
            onChange={(resize) => onChange({ resize })}
          />
          <SelectField
            label={words.onClose}
            value={form.onClose}
            options={optionsOf(['ask', 'suspend', 'keepRunning'], words.onCloses)}
            onChange={(onClose) => onChange({ onClose })}
          />
          <CheckField
            label={words.capturesSystemKeys}
            checked={form.capturesSystemKeys}
            onChange={(capturesSystemKeys) => onChange({ capturesSystemKeys })}
          />
        </>
      )}
    </fieldset>
  );
}
