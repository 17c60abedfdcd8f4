import type { Settings, SettingsChanges } from '../../contract/settings.ts';
import { CheckField, optionsOf, SelectField } from '../parts/fields.tsx';
import { useStore, useWords } from '../state/context.ts';
import { AutomaticSettings } from './automatic-settings.tsx';
import { ShortcutField } from './shortcut-field.tsx';
import { StateSettings } from './state-settings.tsx';

export interface SettingsPartProps {
  readonly settings: Settings;
  readonly onChange: (changes: SettingsChanges) => void;
}

/** What holds for the whole app. Every change takes effect as it is made. */
export function SettingsView() {
  const store = useStore();
  const { text } = useWords();
  const settings = store.settings.value;
  const onChange = (changes: SettingsChanges): void => void change(changes);
  async function change(changes: SettingsChanges): Promise<void> {
    store.failure.value = null;
    const answer = await store.ask('settings.set', { changes });
    if (answer.ok) store.settings.value = answer.value;
  }
  return (
    <main class="window form">
      <h1>{text.settings.title}</h1>
      {settings !== null && (
        <>
          <General settings={settings} onChange={onChange} />
          <AutomaticSettings settings={settings} onChange={onChange} />
          <StateSettings settings={settings} onChange={onChange} />
          <Library settings={settings} onChange={onChange} />
        </>
      )}
    </main>
  );
}

function General({ settings, onChange }: SettingsPartProps) {
  const { text } = useWords();
  const words = text.settings;
  return (
    <fieldset class="group">
      <legend>{words.general}</legend>
      <CheckField
        label={words.launchAtLogin}
        checked={settings.launchAtLogin}
        onChange={(launchAtLogin) => onChange({ launchAtLogin })}
      />
      <CheckField
        label={words.notifications}
        checked={settings.notifications}
        onChange={(notifications) => onChange({ notifications })}
      />
      <SelectField
        label={words.language}
        value={settings.language}
        options={optionsOf(['system', 'en', 'de'], words.languages)}
        onChange={(language) => onChange({ language })}
      />
      <ShortcutField value={settings.shortcut} onChange={(shortcut) => onChange({ shortcut })} />
    </fieldset>
  );
}

function Library({ settings, onChange }: SettingsPartProps) {
  const store = useStore();
  const { text } = useWords();
  const words = text.settings;
  const choose = async (): Promise<void> => {
    const answer = await store.ask('file.choose', { kind: 'folder' });
    if (answer.ok && answer.value.path !== null) onChange({ library: answer.value.path });
  };
  return (
    <fieldset class="group">
      <legend>{words.library}</legend>
      <div class="field">
        <span class="field-label">{words.libraryFolder}</span>
        <div class="field-line">
          <span class="path" title={settings.library}>
            {settings.library}
          </span>
          <button type="button" class="button small" onClick={() => void choose()}>
            {words.libraryChange}
          </button>
        </div>
        <p class="field-hint">{words.libraryHint}</p>
      </div>
    </fieldset>
  );
}
