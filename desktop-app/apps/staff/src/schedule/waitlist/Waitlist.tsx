import { type DaySheet, schedule, type WaitlistEntry } from '@holdfast/api';
import { type I18n, useLingui, useLocale } from '@holdfast/i18n';
import { Mark, type MarkKind, Panel, useToast } from '@holdfast/ui';
import { Button, Skeleton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Failed } from '../../problems/Failed';
import { useAbilities } from '../../session/SessionContext';
import { Screen } from '../../shell/Screen';
import { showDate, today } from '../../time/dates';
import { BookDialog } from '../book/BookDialog';
import { namesOf } from '../names';
import { useDay } from '../useDay';
import { cannotWords } from './cannotWords';
import { Offers } from './Offers';
import { WaitlistForm } from './WaitlistForm';

/** Who waits for a time, the most urgent first, and what has become free for them. */
export default function Waitlist(_: { rest: string[] }) {
  const { i18n } = useLingui();
  const { books } = useAbilities();
  const day = useDay(today());
  const list = useQuery({ queryKey: ['schedule', 'waitlist'], queryFn: schedule.waitlist });
  const [isAdding, setAdding] = useState(false);
  const [booked, setBooked] = useState<WaitlistEntry>();
  return (
    <Screen
      title={i18n.t('Waiting list')}
      actions={
        books && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
            {i18n.t('Put on the list')}
          </Button>
        )
      }
    >
      <Panel title={i18n.t('Who waits for a time')} flush>
        {list.isPending && <Skeleton height={200} m="sm" />}
        {list.isError && <Failed error={list.error} retry={list.refetch} />}
        {list.data?.length === 0 && (
          <p className="empty">
            {i18n.t('Nobody waits. Who finds no time is put here, and is offered what becomes free.')}
          </p>
        )}
        <ul className="rows">
          {byUrgency(list.data ?? []).map((entry) => (
            <Line key={entry.id} entry={entry} sheet={day.data} onBook={() => setBooked(entry)} />
          ))}
        </ul>
      </Panel>
      {isAdding && <WaitlistForm onClose={() => setAdding(false)} />}
      {booked && day.data && (
        <BookDialog
          wish={{ patient: booked.patient, type: booked.type.id, fromWaitlist: booked.id }}
          sheet={day.data}
          onClose={() => setBooked(undefined)}
        />
      )}
    </Screen>
  );
}

const ORDER = ['urgent', 'soon', 'routine'];

function byUrgency(entries: WaitlistEntry[]): WaitlistEntry[] {
  return [...entries].sort(
    (a, b) => ORDER.indexOf(a.urgency) - ORDER.indexOf(b.urgency) || Date.parse(a.since) - Date.parse(b.since),
  );
}

interface LineProps {
  entry: WaitlistEntry;
  sheet: DaySheet | undefined;
  onBook: () => void;
}

function Line({ entry, sheet, onBook }: LineProps) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { books } = useAbilities();
  const client = useQueryClient();
  const say = useToast();
  const { patient, type, urgency, since, note, not } = entry;
  const leave = useMutation({
    mutationFn: () => schedule.leaveWaitlist(entry.id),
    onSuccess: () => say({ text: i18n.t('{name} is off the list.', { name: patient.name }) }),
    onSettled: () => client.invalidateQueries({ queryKey: ['schedule'] }),
  });
  const cannot = cannotWords(i18n, entry);
  const [kind, words] = urgencyWords(i18n, urgency);
  return (
    <li className="waiting-line">
      <bdi className="main">{patient.name}</bdi>
      <bdi>{type.name}</bdi>
      <Mark kind={kind}>{words}</Mark>
      <span className="soft small">{i18n.t('since {date}', { date: showDate(since, locale) })}</span>
      {patient.phone && (
        <bdi dir="ltr" className="soft">
          {patient.phone}
        </bdi>
      )}
      {books && (
        <span className="end">
          <Button
            size="compact-xs"
            variant="default"
            onClick={onBook}
            aria-label={i18n.t('Find a time for {name}', { name: patient.name })}
          >
            {i18n.t('Find a time')}
          </Button>
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => leave.mutate()}
            loading={leave.isPending}
            aria-label={i18n.t('Take {name} off the list', { name: patient.name })}
          >
            {i18n.t('Take off')}
          </Button>
        </span>
      )}
      {cannot && <p className="wide soft small">{cannot}</p>}
      {(note || not) && (
        <p className="wide soft small">
          {note && <bdi>{note}</bdi>}
          {note && not && ' · '}
          {not && (
            <>
              {i18n.t('Cannot come:')} <bdi>{not}</bdi>
            </>
          )}
        </p>
      )}
      {sheet && <Offers entry={entry} timeZone={sheet.timeZone} names={namesOf(sheet)} />}
      {leave.isError && <Failed error={leave.error} />}
    </li>
  );
}

/** How soon somebody has to be seen. */
export function urgencyWords(i18n: I18n, urgency: WaitlistEntry['urgency']): [MarkKind, string] {
  const words: Record<WaitlistEntry['urgency'], [MarkKind, string]> = {
    urgent: ['danger', i18n.t('Urgent')],
    soon: ['warn', i18n.t('Soon')],
    routine: ['off', i18n.t('Routine')],
  };
  return words[urgency];
}
