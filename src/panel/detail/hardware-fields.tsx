import type { MachineView } from '../../contract/app-state.ts';
import { optionsOf, SelectField, TextField } from '../parts/fields.tsx';
import { useWords } from '../state/context.ts';
import type { SettingsErrors, SettingsForm } from './settings-form.ts';

interface HardwareFieldsProps {
  readonly form: SettingsForm;
  readonly errors: SettingsErrors;
  readonly machine: MachineView;
  readonly onChange: (part: Partial<SettingsForm>) => void;
}

/** What the guest sees of its computer: changed only while nothing needs it to stay. */
export function HardwareFields({ form, errors, machine, onChange }: HardwareFieldsProps) {
  const { text } = useWords();
  const words = text.machineSettings;
  const isFree = machine.status === 'stopped';
  return (
    <fieldset disabled={!isFree}>
      <legend>{words.hardware}</legend>
      {machine.status === 'suspended' && <p class="quiet">{words.lockedByState}</p>}
      <div class="pair">
        <TextField
          label={words.memory}
          inputMode="numeric"
          value={form.memory}
          error={errors.memory}
          onChange={(memory) => onChange({ memory })}
        />
        <TextField
          label={words.cpus}
          inputMode="numeric"
          value={form.cpus}
          error={errors.cpus}
          onChange={(cpus) => onChange({ cpus })}
        />
      </div>
      <SelectField
        label={words.display}
        value={form.display}
        options={optionsOf(
          machine.driver === 'vz' ? (['window', 'none'] as const) : (['vnc', 'none'] as const),
          words.displays,
        )}
        onChange={(display) => onChange({ display })}
      />
      {form.iso !== null && (
        <div class="field">
          <span class="field-label">{words.iso}</span>
          <div class="field-line">
            <span class="path" title={form.iso}>
              {form.iso}
            </span>
            <button type="button" class="button small" onClick={() => onChange({ iso: null })}>
              {words.eject}
            </button>
          </div>
        </div>
      )}
    </fieldset>
  );
}
