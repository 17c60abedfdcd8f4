import { CheckField } from '../parts/fields.tsx';
import { useWords } from '../state/context.ts';
import { NumberChoice } from './number-choice.tsx';
import type { SettingsPartProps } from './settings-view.tsx';

const days = [7, 30, 90];

/** What is done with saved states once they are there. */
export function StateSettings({ settings, onChange }: SettingsPartProps) {
  const { text } = useWords();
  const words = text.settings;
  return (
    <fieldset class="group">
      <legend>{words.states}</legend>
      <CheckField
        label={words.encryptNew}
        checked={settings.encryptNewStates}
        onChange={(encryptNewStates) => onChange({ encryptNewStates })}
      />
      <CheckField
        label={words.digests}
        checked={settings.makeDigests}
        onChange={(makeDigests) => onChange({ makeDigests })}
      />
      <NumberChoice
        label={words.compact}
        value={settings.compactAfterDays}
        usual={days}
        none={words.never}
        words={words.afterDays}
        onChange={(compactAfterDays) => onChange({ compactAfterDays })}
      />
      <NumberChoice
        label={words.setAside}
        value={settings.setAsideDays}
        usual={days}
        none={words.never}
        words={words.afterDays}
        onChange={(setAsideDays) => onChange({ setAsideDays })}
      />
    </fieldset>
  );
}
