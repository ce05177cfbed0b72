import './today.css';
import { api, type FhirResource, path } from '@holdfast/api';
import { type I18n, useLingui, useLocale } from '@holdfast/i18n';
import { Keys, Mark, type MarkKind, Panel, ScrollX } from '@holdfast/ui';
import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { useDrafts } from '../drafts/useDraft';
import { Failed } from '../problems/Failed';
import { useAbilities } from '../session/SessionContext';
import { Screen } from '../shell/Screen';
import { ageOn, ageWords } from '../time/age';
import { nowInstant, showClock, showDate, today } from '../time/dates';
import { Arrive } from './Arrive';
import { DraftList } from './DraftList';
import { dayOf, splitDay, type Visit, waitingOf } from './day';

/** The landing: who comes today, who waits, and what one has not finished. */
export default function Today() {
  const { i18n } = useLingui();
  const locale = useLocale();
  const drafts = useDrafts();
  const day = useQuery({ queryKey: ['today', today()], queryFn: ({ signal }) => readDay(signal) });
  const waiting = waitingOf(day.data ?? []);
  return (
    <Screen title={i18n.t('Today')} actions={<DayActions />}>
      <div className="with-side">
        <Panel title={i18n.t('Day sheet')} flush>
          {day.isPending && <Skeleton height={320} m="sm" />}
          {day.isError && <Failed error={day.error} retry={day.refetch} />}
          {day.data?.length === 0 && <NobodyToday />}
          {day.data && day.data.length > 0 && <DaySheet visits={day.data} />}
        </Panel>
        <div className="side stack">
          <Panel title={i18n.t('Waiting')} flush>
            {waiting.length === 0 && <p className="empty">{i18n.t('Nobody is waiting.')}</p>}
            <ul className="rows">
              {waiting.map((visit) => (
                <li key={visit.id}>
                  <PatientLink visit={visit} />
                  <span className="end small soft number">{showClock(visit.start, locale)}</span>
                </li>
              ))}
            </ul>
          </Panel>
          <DraftList drafts={drafts.data ?? []} />
        </div>
      </div>
    </Screen>
  );
}

/** The day, and the pack for when no screen works. */
function DayActions() {
  const { i18n } = useLingui();
  const locale = useLocale();
  return (
    <div className="day-actions">
      <p className="soft">{showDate(today(), locale)}</p>
      <Button
        component="a"
        href={path('/api/downtime-pack', { lang: locale })}
        target="_blank"
        rel="noreferrer"
        size="compact-sm"
        variant="default"
        title={i18n.t('Pages to print for when no screen works')}
      >
        {i18n.t('Downtime pack')}
      </Button>
    </div>
  );
}

const MOST = 200;

async function readDay(signal: AbortSignal): Promise<Visit[]> {
  const start = new Date();
  start.setHours(0, 0, 0, 0);
  const end = new Date(start);
  end.setDate(end.getDate() + 1);
  const [from, until] = [`ge${nowInstant(start)}`, nowInstant(end)];
  const appointments = `${path('Appointment', { date: from, _count: MOST, _include: 'Appointment:patient' })}&date=lt${encodeURIComponent(until)}`;
  const encounters = path('Encounter', {
    date: from,
    status: 'arrived,triaged,in-progress',
    _count: MOST,
    _include: 'Encounter:subject',
  });
  const [booked, here] = await Promise.all([
    api.search<FhirResource>(appointments, signal),
    api.search<FhirResource>(encounters, signal),
  ]);
  return dayOf(booked, here);
}

function NobodyToday() {
  const { i18n } = useLingui();
  return (
    <div className="empty">
      <p>{i18n.t('No appointments today.')}</p>
      <p>
        {i18n.t('Find a patient to open their chart, or register a new one:')} <Keys keys="mod+k" />
      </p>
    </div>
  );
}

function PatientLink({ visit }: { visit: Visit }) {
  const { i18n } = useLingui();
  const { seesCharts } = useAbilities();
  const name = visit.name || i18n.t('No name');
  if (!visit.patient)
    return (
      <span className="main" dir="auto">
        {name}
      </span>
    );
  return (
    <Link href={`/patients/${visit.patient}${seesCharts ? '' : '/details'}`} className="main">
      <bdi>{name}</bdi>
    </Link>
  );
}

/** So few lines hide nothing that comes behind them. */
const FEW = 3;

/** The day from the first visit that is not over; the earlier ones are one press away. */
function DaySheet({ visits }: { visits: Visit[] }) {
  const { i18n } = useLingui();
  const [showsAll, setShowAll] = useState(false);
  const { over, rest } = splitDay(visits);
  const folds = over.length > FEW;
  return (
    <ScrollX label={i18n.t('Day sheet')}>
      <table className="table day-lines">
        <thead>
          <tr>
            <th scope="col">{i18n.t('Time')}</th>
            <th scope="col">{i18n.t('Patient')}</th>
            <th scope="col">{i18n.t('Reason')}</th>
            <th scope="col">{i18n.t('With')}</th>
            <th scope="col">{i18n.t('State')}</th>
            <th scope="col">
              <span className="unseen">{i18n.t('Action')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {folds && (
            <tr>
              <td colSpan={6}>
                <button type="button" className="link-button" onClick={() => setShowAll((all) => !all)}>
                  {showsAll
                    ? i18n.t('Hide who has been here already')
                    : i18n.t('{count, plural, one {# visit is over: show it} other {# visits are over: show them}}', {
                        count: over.length,
                      })}
                </button>
              </td>
            </tr>
          )}
          {(folds && !showsAll ? rest : visits).map((visit) => (
            <Line key={visit.id} visit={visit} />
          ))}
        </tbody>
      </table>
    </ScrollX>
  );
}

function Line({ visit }: { visit: Visit }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const [kind, words] = statusWords(i18n, visit.status);
  return (
    <tr>
      <td className="number">{visit.start && showClock(visit.start, locale)}</td>
      <th scope="row">
        <PatientLink visit={visit} />{' '}
        <span className="soft small">{ageWords(i18n, ageOn(visit.birthDate, today()))}</span>
      </th>
      <td dir="auto">{visit.reason}</td>
      <td dir="auto" className="whole">
        {visit.who}
      </td>
      <td className="state">
        <Mark kind={kind}>{words}</Mark>
      </td>
      <td className="end">
        <Arrive visit={visit} />
      </td>
    </tr>
  );
}

function statusWords(i18n: I18n, status: string): [MarkKind, string] {
  const words: Record<string, [MarkKind, string]> = {
    booked: ['off', i18n.t('Expected')],
    pending: ['off', i18n.t('Requested')],
    arrived: ['busy', i18n.t('Waiting')],
    'checked-in': ['busy', i18n.t('Waiting')],
    triaged: ['busy', i18n.t('Waiting, triaged')],
    'in-progress': ['warn', i18n.t('Being seen')],
    fulfilled: ['ok', i18n.t('Seen')],
    finished: ['ok', i18n.t('Seen')],
    noshow: ['danger', i18n.t('Did not come')],
  };
  return words[status] ?? ['off', status];
}
