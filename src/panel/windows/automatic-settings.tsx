import { CheckField, optionsOf, SelectField } from '../parts/fields.tsx';
import { useWords } from '../state/context.ts';
import type { SettingsPartProps } from './settings-view.tsx';

const percents = [5, 10, 20, 30];
const minutes = [15, 30, 60, 120];
const days = [7, 30, 90];
const counts = [1, 2, 4, 8];

/** When machines are suspended without being asked, and how many at a time. */
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
      <SelectField
        label={words.battery}
        value={String(settings.batteryPercent ?? '')}
        options={choices(settings.batteryPercent, percents, words.batteryNever, (percent) =>
          words.batteryBelow(format.percent(percent / 100)),
        )}
        onChange={(value) => onChange({ batteryPercent: numberOf(value) })}
      />
      <SelectField
        label={words.idle}
        value={String(settings.idleMinutes ?? '')}
        options={choices(settings.idleMinutes, minutes, words.idleNever, words.idleAfter)}
        onChange={(value) => onChange({ idleMinutes: numberOf(value) })}
      />
      <SelectField
        label={words.setAside}
        value={String(settings.setAsideDays ?? '')}
        options={choices(settings.setAsideDays, days, words.setAsideNever, words.setAsideAfter)}
        onChange={(value) => onChange({ setAsideDays: numberOf(value) })}
      />
      <SelectField
        label={words.compact}
        value={String(settings.compactAfterDays ?? '')}
        options={choices(settings.compactAfterDays, days, words.compactNever, words.compactAfter)}
        onChange={(value) => onChange({ compactAfterDays: numberOf(value) })}
      />
      <CheckField
        label={words.digests}
        checked={settings.makeDigests}
        onChange={(makeDigests) => onChange({ makeDigests })}
      />
      <SelectField
        label={words.concurrency}
        value={String(settings.concurrency ?? '')}
        options={choices(settings.concurrency, counts, words.concurrencyAuto, String)}
        onChange={(value) => onChange({ concurrency: numberOf(value) })}
      />
    </fieldset>
  );
}

/** `none`, and the usual values in order, with the one that is set among them. */
function choices(
  current: number | null,
  usual: readonly number[],
  none: string,
  words: (value: number) => string,
): readonly (readonly [string, string])[] {
  const values = [...new Set(current === null ? usual : [...usual, current])];
  return [
    ['', none],
    ...values.sort((a, b) => a - b).map((value) => [String(value), words(value)] as const),
  ];
}

function numberOf(value: string): number | null {
  return value === '' ? null : Number(value);
}
