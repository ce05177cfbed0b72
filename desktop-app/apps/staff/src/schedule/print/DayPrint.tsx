import '../../print/paper.css';
import type { AppointmentShown, DayResource, DaySheet } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { ScrollX } from '@holdfast/ui';
import { Button, Skeleton } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { Link } from 'wouter';
import { Failed } from '../../problems/Failed';
import { useSession } from '../../session/SessionContext';
import { showDate, showTime, today } from '../../time/dates';
import { flagsOf } from '../day/flags';
import { type Names, namesOf, titleOf, withWords } from '../names';
import { singly } from '../places';
import { StatusMark } from '../StatusMark';
import { takesTime } from '../status';
import { useDay } from '../useDay';
import { clockAt, longDay } from '../zone';

/** The day on paper: a list for each practitioner, for when no screen works. */
export default function DayPrint({ rest: [date = today()] }: { rest: string[] }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { session, setup } = useSession();
  const day = useDay(date);
  if (day.isError && !day.data) return <Failed error={day.error} retry={day.refetch} />;
  if (!day.data) return <Skeleton height={400} m="md" />;
  const sheet = day.data;
  const listed = sheet.resources
    .filter(({ kind }) => kind === 'practitioner')
    .map((one) => ({ one, appointments: ofResource(sheet, one) }))
    .filter(({ appointments }) => appointments.length > 0);
  return (
    <div className="screen">
      <div className="form-foot no-print">
        <Button leftSection={<IconPrinter size={16} aria-hidden />} onClick={() => window.print()}>
          {i18n.t('Print, or save as PDF')}
        </Button>
        <Button variant="default" component={Link} href={`/schedule/day/${date}`}>
          {i18n.t('Back to the day')}
        </Button>
      </div>
      <article className="sheet">
        <header>
          <p className="soft">{setup.clinic}</p>
          <h1>{i18n.t('Day sheet, {day}', { day: longDay(date, locale) })}</h1>
        </header>
        {listed.length === 0 && <p>{i18n.t('No appointments on this day.')}</p>}
        {listed.map(({ one, appointments }) => (
          <section key={one.ref}>
            <h2 dir="auto">{one.name}</h2>
            <ScrollX label={one.name}>
              <List appointments={appointments} sheet={sheet} names={namesOf(sheet)} of={one} />
            </ScrollX>
          </section>
        ))}
        <footer className="soft small">
          {i18n.t('Printed {date} by', { date: showTime(Date.now(), locale) })} <bdi>{session.user.name}</bdi>
        </footer>
      </article>
    </div>
  );
}

function ofResource(sheet: DaySheet, { ref }: DayResource): AppointmentShown[] {
  return sheet.appointments
    .filter((one) => takesTime(one) && one.resources.includes(ref))
    .sort((a, b) => a.fromMinute - b.fromMinute);
}

interface ListProps {
  appointments: AppointmentShown[];
  sheet: DaySheet;
  names: Names;
  of: DayResource;
}

function List({ appointments, sheet, names, of }: ListProps) {
  const { i18n } = useLingui();
  const locale = useLocale();
  return (
    <table className="table day-list">
      <thead>
        <tr>
          <th scope="col">{i18n.t('Time')}</th>
          <th scope="col">{i18n.t('Patient')}</th>
          <th scope="col">{i18n.t('Birth date')}</th>
          <th scope="col">{i18n.t('MRN')}</th>
          <th scope="col">{i18n.t('Type')}</th>
          <th scope="col">{i18n.t('Room')}</th>
          <th scope="col">{i18n.t('State')}</th>
        </tr>
      </thead>
      <tbody>
        {singly(appointments).map((one) => (
          <tr key={one.id}>
            <td className="number">
              {clockAt(one.start, sheet.timeZone, locale)}–{clockAt(one.end, sheet.timeZone, locale)}
            </td>
            <th scope="row" dir="auto">
              {titleOf(i18n, one)}
            </th>
            <td className="number">{showDate(one.patient?.birthDate, locale)}</td>
            <td className="number">
              <bdi dir="ltr">{one.patient?.number}</bdi>
            </td>
            <td>
              <bdi>{[one.type.name, ...flagsOf(i18n, one), one.note].filter(Boolean).join(' · ')}</bdi>
            </td>
            <td dir="auto">
              {withWords(
                one.resources.filter((ref) => ref !== of.ref),
                names,
              )}
            </td>
            <td>
              <StatusMark status={one.status} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
