import { type I18n, useLingui, useLocale } from '@holdfast/i18n';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useContinuity } from '../shell/ContinuityProvider';
import { showTime } from '../time/dates';
import { ClockField } from './ClockField';
import { DateField } from './DateField';
import { faultOfWhen, instantOfWhen, type When, type WhenFault, whenOf } from './when';

interface Props {
  label: string;
  /** Nothing is now, and stays now until it is saved. */
  value: When | undefined;
  onChange: (when: When | undefined) => void;
}

/** When something was: now, unless somebody says another time. */
export function WhenField({ label, value, onChange }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  // Its tick moves "now" on.
  useContinuity();
  const [round, setRound] = useState(0);
  const now = new Date();
  const shown = value ?? whenOf(now);
  const fault = faultOfWhen(value, now);
  return (
    <fieldset className="when-field">
      <legend>{label}</legend>
      <DateField
        key={`date-${round}`}
        label={i18n.t('Date')}
        value={shown.date}
        onChange={(date) => onChange({ ...shown, date })}
        plain
      />
      <ClockField
        key={`clock-${round}`}
        label={i18n.t('Time')}
        value={shown.clock}
        onChange={(clock) => onChange({ ...shown, clock })}
      />
      <p role="status" className={fault ? 'when-fault' : 'soft'}>
        {fault ? faultWords(i18n, fault) : value ? showTime(instantOfWhen(value, now), locale) : i18n.t('Now')}
      </p>
      {value && (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            onChange(undefined);
            // What was half typed in the fields goes with it.
            setRound((last) => last + 1);
          }}
        >
          {i18n.t('Set to now')}
        </Button>
      )}
    </fieldset>
  );
}

function faultWords(i18n: I18n, fault: WhenFault): string {
  return fault === 'ahead' ? i18n.t('This time has not come yet.') : i18n.t('A whole date and a time, please');
}
