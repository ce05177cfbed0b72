import type { AppointmentShown, DaySheet } from '@holdfast/api';
import { type I18n, useLingui, useLocale } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useAbilities } from '../../session/SessionContext';
import { useContinuity } from '../../shell/ContinuityProvider';
import { ageOn, ageWords } from '../../time/age';
import { showDate } from '../../time/dates';
import { flagsOf } from '../day/flags';
import { languageNames } from '../languageNames';
import { type Names, namesOf, withWords } from '../names';
import { findIn } from '../places';
import { StatusMark } from '../StatusMark';
import { isHere } from '../status';
import { minutesSince, waitWords } from '../waitWords';
import { clockAt, dayAt } from '../zone';

/** All that is known of an appointment. */
export function AppointmentFacts({ one, sheet }: { one: AppointmentShown; sheet: DaySheet }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { now } = useContinuity();
  const { seesCharts } = useAbilities();
  const names = namesOf(sheet);
  const { patient, series } = one;
  const flags = flagsOf(i18n, one);
  const facts: [string, ReactNode][] = [
    [
      i18n.t('When'),
      <span key="when" className="number">
        {dayAt(one.start, sheet.timeZone, locale)} {clockAt(one.start, sheet.timeZone, locale)} –{' '}
        {clockAt(one.end, sheet.timeZone, locale)}
      </span>,
    ],
    [i18n.t('Type'), <bdi key="type">{one.type.name}</bdi>],
    [i18n.t('With'), <bdi key="with">{withWords(one.resources, names)}</bdi>],
    [
      i18n.t('State'),
      <span key="state">
        <StatusMark status={one.status} />{' '}
        {isHere(one.status) && (
          <span className="soft">{i18n.t('for {wait}', { wait: waitWords(i18n, minutesSince(one.since, now)) })}</span>
        )}
      </span>,
    ],
    [i18n.t('Room'), one.room && (names.get(one.room) ?? one.room)],
    [
      i18n.t('Birth date'),
      patient?.birthDate &&
        `${showDate(patient.birthDate, locale)} (${ageWords(i18n, ageOn(patient.birthDate, sheet.date))})`,
    ],
    [i18n.t('MRN'), patient?.number && <bdi dir="ltr">{patient.number}</bdi>],
    [i18n.t('Phone'), patient?.phone && <bdi dir="ltr">{patient.phone}</bdi>],
    [i18n.t('Language'), patient?.languages && languageNames(patient.languages, locale)],
    [i18n.t('Also expected'), elsewhereWords(i18n, one, sheet, locale)],
    [i18n.t('Has to be moved'), awayWords(one, names)],
    [i18n.t('Series'), series && seriesWords(i18n, series)],
    [i18n.t('Remark'), one.note && <bdi>{one.note}</bdi>],
    [i18n.t('Why it was cancelled'), one.cancelReason && <bdi>{one.cancelReason}</bdi>],
    [i18n.t('Saved'), savedWords(i18n, one)],
  ];
  return (
    <>
      {flags.length > 0 && (
        <p className="warnings">
          {flags.map((flag) => (
            <Mark key={flag} kind="warn">
              {flag}
            </Mark>
          ))}
          {one.conflict && !one.unsettled && (
            <Link href={`/conflicts/Appointment/${one.id}`}>{i18n.t('Two values: settle')}</Link>
          )}
        </p>
      )}
      <dl className="facts" style={{ marginBlockStart: 0 }}>
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {patient && (
        <p>
          <Link href={`/patients/${patient.id}${seesCharts ? '' : '/details'}`}>
            {seesCharts ? i18n.t('Open the chart') : i18n.t('Details')}
          </Link>
        </p>
      )}
    </>
  );
}

/** Where else the patient is expected at that time, as far as it is on the sheet. */
function elsewhereWords(i18n: I18n, { elsewhere = [] }: AppointmentShown, sheet: DaySheet, locale: string): ReactNode {
  const words = elsewhere.flatMap((id) => {
    const other = findIn(sheet, id);
    if (!other) return [];
    const time = clockAt(other.start, sheet.timeZone, locale);
    return [
      i18n.t('{time}, {what}', { time, what: `${other.type.name}, ${withWords(other.resources, namesOf(sheet))}` }),
    ];
  });
  return words.length > 0 && <bdi>{words.join('; ')}</bdi>;
}

/** Because of whom or what it has to be moved. */
function awayWords({ stranded = [] }: AppointmentShown, names: Names): ReactNode {
  const away = [...new Set(stranded.flatMap(({ ref }) => ref ?? []))];
  const words = withWords(away, names);
  return words && <bdi>{words}</bdi>;
}

function seriesWords(i18n: I18n, { at, of }: { at: number; of?: number }): string {
  return of ? i18n.t('{at} of {of}', { at, of }) : i18n.t('number {at}', { at });
}

function savedWords(i18n: I18n, { saved }: AppointmentShown): string {
  const words = {
    here: i18n.t('Saved here'),
    node: i18n.t('At the clinic’s node'),
    'head-office': i18n.t('At head office'),
  };
  return words[saved];
}
