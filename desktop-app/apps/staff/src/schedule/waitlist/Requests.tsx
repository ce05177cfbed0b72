import { type AppointmentShown, type DaySheet, schedule } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';
import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Failed } from '../../problems/Failed';
import { useAbilities } from '../../session/SessionContext';
import { Screen } from '../../shell/Screen';
import { today } from '../../time/dates';
import { AppointmentDialog } from '../appointment/AppointmentDialog';
import { flagsOf } from '../day/flags';
import { namesOf, titleOf, withWords } from '../names';
import { useChange } from '../useChange';
import { useDay } from '../useDay';
import { timeAt } from '../zone';

/** What patients and lone desktops have asked for: each is confirmed, moved or declined. */
export default function Requests(_: { rest: string[] }) {
  const { i18n } = useLingui();
  const day = useDay(today());
  const requests = useQuery({ queryKey: ['schedule', 'requests'], queryFn: schedule.requests });
  const isAway = day.data?.canBook === 'requests-only';
  return (
    <Screen title={i18n.t('Requests')}>
      {isAway && (
        <p className="told warn">
          {i18n.t('The clinic’s node is away. Requests are answered there, as soon as it is back.')}
        </p>
      )}
      <Panel title={i18n.t('To answer')} flush>
        {requests.isPending && <Skeleton height={200} m="sm" />}
        {requests.isError && <Failed error={requests.error} retry={requests.refetch} />}
        {requests.data?.length === 0 && (
          <p className="empty">{i18n.t('None. Everything that was asked for is answered.')}</p>
        )}
        <ul className="rows">
          {day.data &&
            requests.data?.map((one) => <Line key={one.id} one={one} sheet={day.data} canAnswer={!isAway} />)}
        </ul>
      </Panel>
    </Screen>
  );
}

function Line({ one, sheet, canAnswer }: { one: AppointmentShown; sheet: DaySheet; canAnswer: boolean }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { books } = useAbilities();
  const { setStatus } = useChange();
  const [isOpen, setOpen] = useState(false);
  const name = titleOf(i18n, one);
  return (
    <li>
      <bdi className="main">{name}</bdi>
      <span className="number">{timeAt(one.start, sheet.timeZone, locale)}</span>
      <bdi>{one.type.name}</bdi>
      <bdi className="soft">{withWords(one.resources, namesOf(sheet))}</bdi>
      {flagsOf(i18n, one).map((flag) => (
        <span key={flag} className="flag small">
          {flag}
        </span>
      ))}
      <span className="soft small">{i18n.t('asked {date}', { date: timeAt(one.since, sheet.timeZone, locale) })}</span>
      {one.note && <bdi className="soft">{one.note}</bdi>}
      {books && canAnswer && (
        <span className="end">
          <Button
            size="compact-xs"
            onClick={() => setStatus(one, 'booked', i18n.t('{name} is booked.', { name }))}
            aria-label={i18n.t('Confirm {name}', { name })}
          >
            {i18n.t('Confirm')}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => setOpen(true)}
            aria-label={i18n.t('Another time for {name}, or decline', { name })}
          >
            {i18n.t('Another time, or decline')}
          </Button>
        </span>
      )}
      {isOpen && <AppointmentDialog one={one} sheet={sheet} onClose={() => setOpen(false)} />}
    </li>
  );
}
