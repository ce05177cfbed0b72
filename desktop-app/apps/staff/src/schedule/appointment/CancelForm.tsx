import type { AppointmentShown } from '@holdfast/api';
import { type I18n, useLingui } from '@holdfast/i18n';
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { titleOf } from '../names';
import { useChange } from '../useChange';

interface Props {
  one: AppointmentShown;
  onDone: () => void;
  onBack: () => void;
}

/** Cancels with a reason: whoever looks at it later wants to know. */
export function CancelForm({ one, onDone, onBack }: Props) {
  const { i18n } = useLingui();
  const { setStatus } = useChange();
  const [reason, setReason] = useState('patient');
  const [words, setWords] = useState('');
  const isRequest = one.status === 'requested';
  const given = reason === 'other' ? words.trim() : (reasonsOf(i18n).find(([code]) => code === reason)?.[1] ?? '');
  const submit = () => {
    if (!given) return;
    const name = titleOf(i18n, one);
    const text = isRequest
      ? i18n.t('The request of {name} is declined.', { name })
      : i18n.t('The appointment of {name} is cancelled.', { name });
    setStatus(one, 'cancelled', text, { reason: given, reasonCode: CODES[reason] });
    onDone();
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <NativeSelect
        label={isRequest ? i18n.t('Why it is declined') : i18n.t('Why it is cancelled')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        data={[...reasonsOf(i18n), ['other', i18n.t('Something else')] as const].map(([value, label]) => ({
          value,
          label,
        }))}
      />
      {reason === 'other' && (
        <TextInput
          label={i18n.t('In words')}
          dir="auto"
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      )}
      <div className="form-foot">
        <Button type="submit" disabled={!given}>
          {isRequest ? i18n.t('Decline') : i18n.t('Cancel the appointment')}
        </Button>
        <Button variant="subtle" onClick={onBack}>
          {i18n.t('Back')}
        </Button>
      </div>
    </form>
  );
}

/** As HL7 has them (appointment-cancellation-reason). */
const CODES: Record<string, string> = {
  patient: 'pat',
  clinic: 'prov',
  better: 'pat-fb',
  elsewhere: 'pat-ucp',
  mistake: 'oth-oerr',
  other: 'other',
};

function reasonsOf(i18n: I18n): [string, string][] {
  return [
    ['patient', i18n.t('The patient cannot come')],
    ['clinic', i18n.t('The clinic cannot keep it')],
    ['better', i18n.t('The patient is better')],
    ['elsewhere', i18n.t('The patient goes elsewhere')],
    ['mistake', i18n.t('It was booked by mistake')],
  ];
}
