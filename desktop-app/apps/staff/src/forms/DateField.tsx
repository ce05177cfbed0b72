import { useLingui, useLocale } from '@holdfast/i18n';
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { ageOn, ageWords } from '../time/age';
import { dateOrder, intlTag, parseDate, showDate, today, writeDate } from '../time/dates';

interface Props {
  label: string;
  /** A FHIR date, or empty. */
  value: string;
  onChange: (value: string) => void;
  /** Says the age too: for a birth date. */
  withAge?: boolean;
  required?: boolean;
  /** Without a hint below: for a filter. */
  plain?: boolean;
}

/** A date as people type it; below the field stands how it was understood. */
export function DateField({ label, value, onChange, withAge, required, plain }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const order = dateOrder(intlTag(locale));
  const [text, setText] = useState<string>();
  const [hasLeft, setLeft] = useState(false);
  const typed = text ?? writeDate(value, order);
  const isFault = typed !== '' && value === '';
  const age = withAge ? ageWords(i18n, ageOn(value, today())) : '';
  const isAhead = Boolean(withAge && value && value > today());
  const example = { dmy: i18n.t('day/month/year'), mdy: i18n.t('month/day/year'), ymd: i18n.t('year/month/day') }[
    order
  ];
  const understood = [showDate(value, locale), age].filter(Boolean).join(' · ');
  return (
    <TextInput
      label={label}
      value={typed}
      placeholder={example}
      // Digits read from the left, the name of a month as its language does.
      dir="auto"
      autoComplete="off"
      required={required}
      withAsterisk={false}
      description={plain ? undefined : understood || i18n.t('A year alone is enough if no more is known.')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      error={
        isAhead
          ? i18n.t('This day has not come yet.')
          : isFault && (hasLeft || looksWhole(typed))
            ? i18n.t('This is no date.')
            : undefined
      }
      onBlur={() => setLeft(true)}
      onChange={(event) => {
        setText(event.currentTarget.value);
        const date = parseDate(event.currentTarget.value, order, locale) ?? '';
        if (date) setLeft(false);
        onChange(date);
      }}
    />
  );
}

/** Whether somebody has come to the end of a date: before that there is nothing to complain of. */
function looksWhole(typed: string): boolean {
  return typed.length >= 8 && /[\d٠-٩۰-۹]{4}/.test(typed);
}
