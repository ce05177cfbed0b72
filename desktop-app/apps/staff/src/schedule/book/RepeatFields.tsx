import { useLingui, useLocale } from '@holdfast/i18n';
import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { weekdayName } from '../zone';
import type { Repeat } from './rule';

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

/** Whether and how an appointment comes again. */
export function RepeatFields({ value, onChange }: { value: Repeat; onChange: (repeat: Repeat) => void }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const set = (change: Partial<Repeat>) => onChange({ ...value, ...change });
  const steps = {
    day: i18n.t('Every how many days'),
    week: i18n.t('Every how many weeks'),
    month: i18n.t('Every how many months'),
  };
  return (
    <div className="stack">
      <NativeSelect
        label={i18n.t('Again')}
        value={value.every}
        onChange={(event) => set({ every: event.currentTarget.value as Repeat['every'] })}
        data={[
          { value: 'never', label: i18n.t('Once') },
          { value: 'day', label: i18n.t('By days') },
          { value: 'week', label: i18n.t('By weeks') },
          { value: 'month', label: i18n.t('By months') },
        ]}
      />
      {value.every !== 'never' && (
        <div className="fields">
          <TextInput
            label={steps[value.every]}
            inputMode="numeric"
            value={value.interval}
            onChange={(event) => set({ interval: event.currentTarget.value })}
          />
          <TextInput
            label={i18n.t('How often in all')}
            inputMode="numeric"
            value={value.count}
            onChange={(event) => set({ count: event.currentTarget.value })}
          />
        </div>
      )}
      {value.every === 'week' && (
        <Checkbox.Group
          label={i18n.t('On')}
          value={value.weekdays.map(String)}
          onChange={(days) => set({ weekdays: days.map(Number) })}
        >
          <div className="weekdays">
            {WEEKDAYS.map((weekday) => (
              <Checkbox key={weekday} value={String(weekday)} label={weekdayName(weekday, locale, 'short')} />
            ))}
          </div>
        </Checkbox.Group>
      )}
    </div>
  );
}
