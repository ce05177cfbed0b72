import { refusalOf, schedule, type WaitlistEntry, type WaitlistOffer } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark, useToast } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { newId } from '../../app/newId';
import { Failed } from '../../problems/Failed';
import { useAbilities } from '../../session/SessionContext';
import { useBook } from '../book/useBook';
import { type Names, withWords } from '../names';
import { refusalWords } from '../refusalWords';
import { clockAt, timeAt } from '../zone';

interface Props {
  entry: WaitlistEntry;
  timeZone: string;
  names: Names;
}

/** What has become free for somebody: it is offered, and booked once they say yes. */
export function Offers({ entry, timeZone, names }: Props) {
  if (entry.offers.length === 0) return null;
  return (
    <ul className="wide offers">
      {entry.offers.map((offer) => (
        <Line
          key={`${offer.start} ${offer.resources.join()}`}
          entry={entry}
          offer={offer}
          timeZone={timeZone}
          names={names}
        />
      ))}
    </ul>
  );
}

function Line({ entry, offer, timeZone, names }: Props & { offer: WaitlistOffer }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { books } = useAbilities();
  const client = useQueryClient();
  const say = useToast();
  const [id] = useState(newId);
  const { start, resources, until, state } = offer;
  const book = useBook(() => undefined);
  const ask = useMutation({
    mutationFn: () => schedule.offer(entry.id, { start, resources }),
    onSuccess: () => say({ text: i18n.t('The time is kept for {name}.', { name: entry.patient.name }) }),
    onSettled: () => client.invalidateQueries({ queryKey: ['schedule'] }),
  });
  const error = book.error ?? ask.error;
  const refusal = refusalOf(error);
  const time = timeAt(start, timeZone, locale);
  return (
    <li>
      <span className="number">{time}</span> <bdi>{withWords(resources, names)}</bdi>{' '}
      {state === 'free' && <Mark kind="ok">{i18n.t('Has become free')}</Mark>}
      {state === 'offered' && (
        <Mark kind="busy">
          {until ? i18n.t('Offered, kept until {time}', { time: clockAt(until, timeZone, locale) }) : i18n.t('Offered')}
        </Mark>
      )}
      {state === 'declined' && <Mark kind="off">{i18n.t('Declined')}</Mark>}
      {books && state === 'free' && (
        <Button
          size="compact-xs"
          variant="default"
          loading={ask.isPending}
          onClick={() => ask.mutate()}
          aria-label={i18n.t('Offer {time} to {name}', { time, name: entry.patient.name })}
        >
          {i18n.t('Offer it')}
        </Button>
      )}
      {books && state !== 'declined' && (
        <Button
          size="compact-xs"
          variant={state === 'offered' ? 'filled' : 'default'}
          loading={book.isPending}
          onClick={() =>
            book.mutate({
              id,
              type: entry.type.id,
              patient: entry.patient.id,
              start,
              resources,
              fromWaitlist: entry.id,
            })
          }
          aria-label={i18n.t('Book {time} for {name}', { time, name: entry.patient.name })}
        >
          {i18n.t('Book it')}
        </Button>
      )}
      {refusal && <Mark kind="danger">{refusalWords(i18n, refusal)}</Mark>}
      {error && !refusal && <Failed error={error} />}
    </li>
  );
}
