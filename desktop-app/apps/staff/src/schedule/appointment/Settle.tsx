import { type AppointmentShown, type Side, schedule, type Unsettled } from '@holdfast/api';
import { type I18n, useLingui, useLocale } from '@holdfast/i18n';
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useAbilities } from '../../session/SessionContext';
import { useChange } from '../useChange';
import { clockAt, dayAt } from '../zone';

interface Props {
  one: AppointmentShown;
  unsettled: Unsettled;
  timeZone: string;
}

/** Two people did different things to one appointment without knowing: what each did, and the choice. */
export function Settle({ one, unsettled, timeZone }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { books } = useAbilities();
  const { complain } = useChange();
  const client = useQueryClient();
  const settle = useMutation({
    mutationFn: (stands: boolean) => schedule.settle(one.id, { version: one.version, stands }),
    onError: (error) => complain(error, one.id),
    onSettled: () => {
      client.invalidateQueries({ queryKey: ['schedule'] });
      client.invalidateQueries({ queryKey: ['conflict'] });
      client.invalidateQueries({ queryKey: ['conflicts'] });
    },
  });
  const time = (instant: string) => `${dayAt(instant, timeZone, locale)} ${clockAt(instant, timeZone, locale)}`;
  const { stands, off, offStatus, reason, instead } = unsettled;
  return (
    <div className="stack" role="group" aria-label={i18n.t('To decide')}>
      <p>{i18n.t('This was changed in two places at once. Its time is kept until you decide.')}</p>
      <ul>
        <li>{i18n.t('{who} put it at {time}.', { who: whoWords(i18n, stands), time: time(one.start) })}</li>
        <li>
          {offStatus === 'noshow'
            ? i18n.t('{who} noted that the patient did not come.', { who: whoWords(i18n, off) })
            : i18n.t('{who} called it off.', { who: whoWords(i18n, off) })}{' '}
          {reason && <bdi>{reason}</bdi>}
        </li>
        {instead && <li>{i18n.t('Booked in its place: {time}.', { time: time(instead) })}</li>}
      </ul>
      {books && (
        <div className="form-foot">
          <Button disabled={settle.isPending} onClick={() => settle.mutate(true)}>
            {i18n.t('Keep {time}', { time: time(one.start) })}
          </Button>
          <Button variant="default" disabled={settle.isPending} onClick={() => settle.mutate(false)}>
            {instead ? i18n.t('Keep {time}', { time: time(instead) }) : i18n.t('Cancel it')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Whoever did it, as the beginning of a sentence. */
function whoWords(i18n: I18n, { who, place }: Side): string {
  if (who === 'patient') return i18n.t('The patient, on the web,');
  if (place === 'here') return i18n.t('Staff here');
  return place === 'above' ? i18n.t('Staff at head office') : i18n.t('Staff elsewhere');
}
