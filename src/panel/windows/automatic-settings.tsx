import { optionsOf, SelectField } from '../parts/fields.tsx';
import { useWords } from '../state/context.ts';
import { NumberChoice } from './number-choice.tsx';
import type { SettingsPartProps } from './settings-view.tsx';

/** When machines are suspended without being asked. */
export function AutomaticSettings({ settings, onChange }: SettingsPartProps) {
  const { text, format } = useWords();
  const words = text.settings;
  return (
    <fieldset class="group">
      <legend>{words.automatic}</legend>
      <SelectField
        label={words.onSleep}
        value={settings.onSleep}
        options={optionsOf(['suspend', 'leave'], words.onSleeps)}
        onChange={(onSleep) => onChange({ onSleep })}
      />
      <NumberChoice
        label={words.battery}
        value={settings.batteryPercent}
        usual={[5, 10, 20, 30]}
        none={words.never}
        words={(percent) => words.batteryBelow(format.percent(percent / 100))}
        onChange={(batteryPercent) => onChange({ batteryPercent })}
      />
      <NumberChoice
        label={words.idle}
        value={settings.idleMinutes}
        usual={[15, 30, 60, 120]}
        none={words.never}
        words={words.idleAfter}
        onChange={(idleMinutes) => onChange({ idleMinutes })}
      />
      <NumberChoice
        label={words.concurrency}
        value={settings.concurrency}
        usual={[1, 2, 4, 8]}
        none={words.concurrencyAuto}
        words={String}
        onChange={(concurrency) => onChange({ concurrency })}
      />
      <p class="field-hint">{words.quitNote}</p>
    </fieldset>
  );
}
