import { useState } from 'preact/hooks';
import type { LiveChoice, MachineConfig, MachineView } from '../../contract/app-state.ts';
import { CheckField, optionsOf, SelectField, TextField } from '../parts/fields.tsx';
import { useStore, useWords } from '../state/context.ts';
import { keyOf } from '../state/store.ts';
import { HardwareFields } from './hardware-fields.tsx';
import { LiveFields } from './live-fields.tsx';
import { changesOf, errorsOf, formOf, type SettingsForm } from './settings-form.ts';

interface MachineSettingsProps {
  readonly machine: MachineView;
  readonly config: MachineConfig;
  readonly choices: readonly LiveChoice[];
  readonly onSaved: () => Promise<void>;
}

/** Name, behaviour and hardware. What a guest that runs takes over can be changed at any time. */
export function MachineSettings({ machine, config, choices, onSaved }: MachineSettingsProps) {
  const store = useStore();
  const { text } = useWords();
  const words = text.machineSettings;
  const [form, setForm] = useState(formOf(config));
  const change = (part: Partial<SettingsForm>): void => setForm({ ...form, ...part });
  const key = keyOf(machine);
  const others = (store.app.value?.machines ?? [])
    .filter((one) => keyOf(one) !== key)
    .map(({ name }) => name);
  const errors = errorsOf(form, others, words.invalid);
  const changes = changesOf(form, config);
  const name = form.name.trim();
  const isChanged = changes !== undefined || name !== config.name;
  const isOff = machine.operations.includes('configure');

  const save = async (): Promise<void> => {
    if (changes !== undefined) {
      const { ok } = await store.ask('machine.set', { machine: key, changes });
      if (!ok) return;
    }
    if (name !== config.name) {
      const { ok } = await store.ask('machine.rename', { machine: key, name });
      if (!ok) return;
    }
    store.said.value = words.saved;
    await onSaved();
  };

  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isChanged && Object.keys(errors).length === 0) void save();
      }}
    >
      {!isOff && <p class="quiet">{choices.length === 0 ? words.lockedAll : words.lockedMost}</p>}
      <fieldset disabled={!isOff}>
        <legend class="visually-hidden">{words.policy}</legend>
        <TextField
          label={words.name}
          value={form.name}
          error={errors.name}
          onChange={(value) => change({ name: value })}
        />
        <SelectField
          label={words.onQuit}
          value={form.onQuit}
          options={optionsOf(['suspend', 'stop', 'keepRunning', 'ask'], words.onQuits)}
          onChange={(onQuit) => change({ onQuit })}
        />
        <SelectField
          label={words.onLaunch}
          value={form.onLaunch}
          options={optionsOf(['resume', 'leaveSuspended', 'ask'], words.onLaunches)}
          onChange={(onLaunch) => change({ onLaunch })}
        />
        {machine.driver !== 'vz' && (
          <SelectField
            label={words.stateMode}
            hint={words.stateModeHint}
            value={form.stateMode}
            options={optionsOf(['instant', 'streamed'], words.stateModes)}
            onChange={(stateMode) => change({ stateMode })}
          />
        )}
        <CheckField
          label={words.encryptStates}
          checked={form.encryptStates}
          onChange={(encryptStates) => change({ encryptStates })}
        />
        <TextField
          label={words.deadline}
          inputMode="numeric"
          value={form.deadline}
          error={errors.deadline}
          onChange={(deadline) => change({ deadline })}
        />
      </fieldset>
      <LiveFields {...{ form, errors, machine, choices }} onChange={change} />
      <HardwareFields form={form} errors={errors} machine={machine} onChange={change} />
      <div class="actions end sticky">
        <button
          type="button"
          class="button"
          disabled={!isChanged}
          onClick={() => setForm(formOf(config))}
        >
          {text.action.revert}
        </button>
        <button
          type="submit"
          class="button prominent"
          disabled={!isChanged || Object.keys(errors).length > 0}
        >
          {text.action.save}
        </button>
      </div>
    </form>
  );
}
