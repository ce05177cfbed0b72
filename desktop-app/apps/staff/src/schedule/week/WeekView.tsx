import { schedule } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Button, NativeSelect, Skeleton } from '@mantine/core';
import { IconCalendarDown } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import { Failed } from '../../problems/Failed';
import { today } from '../../time/dates';
import { DayNav } from '../DayNav';
import { columnOf, isAtWork } from '../day/columns';
import { DayGrid } from '../day/DayGrid';
import { useDayActions } from '../day/useDayActions';
import { Notices } from '../Notices';
import { useDay, useWeek } from '../useDay';
import { daysLater, shortDay } from '../zone';

/** A week of one practitioner, room or piece of equipment. */
export default function WeekView({ rest: [date = today(), type, id] }: { rest: string[] }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const [, go] = useLocation();
  const day = useDay(date);
  const resources = day.data?.resources ?? [];
  const first = resources.find((one) => day.data && isAtWork(day.data, one)) ?? resources[0];
  const resource = type && id ? `${type}/${id}` : first?.ref;
  const week = useWeek(date, resource);
  const open = (to: string, ref = resource ?? '') => go(`/schedule/week/${to}${ref && `/${ref}`}`);
  const failed = [day, week].find(({ isError, data }) => isError && !data);
  return (
    <div className="screen fill">
      <div className="stack">
        <div className="schedule-head">
          <h1>{i18n.t('Week of {day}', { day: shortDay(week.data?.days[0]?.date ?? date, locale) })}</h1>
          <DayNav date={date} onChange={(to) => open(to)} by={7} />
          <NativeSelect
            size="xs"
            className="no-print"
            aria-label={i18n.t('Whose week')}
            value={resource ?? ''}
            onChange={(event) => open(date, event.currentTarget.value)}
            data={resources.map(({ ref, name }) => ({ value: ref, label: name }))}
          />
          {resource && (
            <div className="end no-print">
              <Button
                size="compact-sm"
                variant="default"
                component="a"
                href={schedule.calendarUrl(resource, date, daysLater(date, 28))}
                download
                leftSection={<IconCalendarDown size={16} aria-hidden />}
              >
                {i18n.t('Calendar file')}
              </Button>
            </div>
          )}
        </div>
        {week.data?.days
          .filter(({ minutesInDay, holiday }) => minutesInDay !== 1440 || holiday)
          .map((one) => (
            <Notices key={one.date} sheet={{ ...one, canBook: 'here' }} />
          ))}
        {day.data?.canBook === 'requests-only' && (
          <Notices sheet={{ ...day.data, minutesInDay: 1440, holiday: undefined }} />
        )}
      </div>
      {failed && <Failed error={failed.error} retry={failed.refetch} />}
      {!failed && (day.isPending || week.isPending) && resource !== undefined && <Skeleton height={420} />}
      {day.data && resource === undefined && (
        <p className="empty panel">{i18n.t('Nobody is set up yet. A manager adds working hours under “Set-up”.')}</p>
      )}
      {week.data && resource && <Week key={`${date} ${resource}`} days={week.data.days} resource={resource} />}
    </div>
  );
}

function Week({ days, resource }: { days: Parameters<typeof columnOf>[0][]; resource: string }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { actions, canChange, dialog } = useDayActions();
  const columns = useMemo(
    () =>
      days.flatMap((sheet) => {
        const found = sheet.resources.find(({ ref }) => ref === resource);
        const { length } = sheet.appointments;
        const detail = i18n.t('{count, plural, =0 {no appointments} one {# appointment} other {# appointments}}', {
          count: length,
        });
        return found ? [columnOf(sheet, found, shortDay(sheet.date, locale), detail)] : [];
      }),
    [days, resource, i18n, locale],
  );
  return (
    <div className="day-sheet">
      <DayGrid label={i18n.t('Week')} columns={columns} canChange={canChange} actions={actions} />
      {dialog}
    </div>
  );
}
