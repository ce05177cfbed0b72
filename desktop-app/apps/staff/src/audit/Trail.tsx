import { type AuditEvent, api, type PatientHit, path } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark, Panel, ScrollX } from '@holdfast/ui';
import { Button, NativeSelect, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { DateField } from '../forms/DateField';
import { PatientField } from '../patients/PatientField';
import { Failed } from '../problems/Failed';
import { Screen } from '../shell/Screen';
import { showTime } from '../time/dates';
import { lookOf } from './event';
import { referenceOf, usePatientNames, usePeople } from './names';
import { type Sitting, together } from './together';

const PAGE = 50;

/** Who looked at what, and who changed what: the trail of the clinic. */
export default function Trail({ params }: { params: { patient?: string } }) {
  const { i18n } = useLingui();
  const { all: people, names } = usePeople();
  const asked = params.patient ? { id: params.patient, name: params.patient } : undefined;
  const [form, setForm] = useState<Question>({ patient: asked, who: '', from: '', until: '', outcome: '' });
  const [question, setQuestion] = useState(form);
  const query = useInfiniteQuery({
    queryKey: ['trail', question],
    queryFn: ({ pageParam, signal }) => api.search<AuditEvent>(pageParam, signal),
    initialPageParam: questionPath(question),
    getNextPageParam: ({ link }) => {
      const next = link?.find(({ relation }) => relation === 'next')?.url;
      return next?.slice(next.indexOf('/fhir/') + '/fhir/'.length);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setQuestion(form);
  };
  const set = (name: keyof Question) => (value: Question[typeof name]) => setForm((all) => ({ ...all, [name]: value }));
  return (
    <Screen title={i18n.t('Who looked')}>
      <form className="filter panel" onSubmit={submit}>
        <PatientField label={i18n.t('Patient')} value={form.patient} onChange={set('patient')} />
        <NativeSelect
          label={i18n.t('Who')}
          value={form.who}
          onChange={(event) => set('who')(event.currentTarget.value)}
          data={[
            { value: '', label: i18n.t('All') },
            ...people.map((person) => ({ value: referenceOf(person), label: person.name })),
          ]}
        />
        <DateField label={i18n.t('From')} value={form.from} onChange={set('from')} plain />
        <DateField label={i18n.t('Until')} value={form.until} onChange={set('until')} plain />
        <NativeSelect
          label={i18n.t('Outcome')}
          value={form.outcome}
          onChange={(event) => set('outcome')(event.currentTarget.value)}
          data={[
            { value: '', label: i18n.t('All') },
            { value: '4,8,12', label: i18n.t('Refused') },
          ]}
        />
        <Button type="submit">{i18n.t('Search')}</Button>
      </form>
      <Panel title={i18n.t('Found')} flush>
        {query.isPending && <Skeleton height={300} m="sm" />}
        {query.isError && <Failed error={query.error} retry={query.refetch} />}
        {query.data && (
          <Lines
            names={names}
            events={query.data.pages.flatMap(({ entry }) =>
              (entry ?? []).flatMap(({ resource }) => (resource?.resourceType === 'AuditEvent' ? [resource] : [])),
            )}
          />
        )}
        {query.hasNextPage && (
          <p className="panel-foot">
            <Button
              size="compact-sm"
              variant="default"
              loading={query.isFetchingNextPage}
              onClick={() => query.fetchNextPage()}
            >
              {i18n.t('More')}
            </Button>
          </p>
        )}
      </Panel>
    </Screen>
  );
}

interface Question {
  patient: PatientHit | undefined;
  who: string;
  from: string;
  until: string;
  outcome: string;
}

function questionPath({ patient, who, from, until, outcome }: Question): string {
  const base = path('AuditEvent', {
    patient: patient && `Patient/${patient.id}`,
    'agent-name': who,
    outcome,
    _count: PAGE,
  });
  const dates = [from && `date=ge${from}`, until && `date=le${until}`].filter(Boolean);
  return [base, ...dates].join('&');
}

function Lines({ events, names }: { events: AuditEvent[]; names: Map<string, string> }) {
  const { i18n } = useLingui();
  const looks = events.map((event) => lookOf(i18n, event));
  const patients = usePatientNames(looks.flatMap((look) => (look.patients.length === 1 ? look.patients : [])));
  if (events.length === 0)
    return <p className="empty">{i18n.t('Nothing was found. Ask for less, or for a longer time.')}</p>;
  return (
    <ScrollX label={i18n.t('Found')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{i18n.t('When')}</th>
            <th scope="col">{i18n.t('Who')}</th>
            <th scope="col">{i18n.t('What')}</th>
            <th scope="col">{i18n.t('Patient')}</th>
            <th scope="col">{i18n.t('Outcome')}</th>
          </tr>
        </thead>
        <tbody>
          {together(looks).map((sitting) => (
            <Line key={sitting.looks[0]?.id} sitting={sitting} names={names} patients={patients} />
          ))}
        </tbody>
      </table>
    </ScrollX>
  );
}

function Line({
  sitting,
  names,
  patients,
}: {
  sitting: Sitting;
  names: Map<string, string>;
  patients: Map<string, string>;
}) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { looks, whats } = sitting;
  const [newest] = looks;
  if (!newest) return null;
  return (
    <tr>
      <td className="number">{showTime(newest.at, locale)}</td>
      <th scope="row" dir="auto" className="whole">
        {names.get(newest.who) ?? newest.who}
      </th>
      <td dir="auto">
        {looks.length === 1 ? (
          newest.what
        ) : (
          <details>
            <summary>
              {whats.join(', ')}{' '}
              <span className="soft small">
                {i18n.t('{count, plural, one {# request} other {# requests}}', { count: looks.length })}
              </span>
            </summary>
            <ul className="small">
              {looks.map((look) => (
                <li key={look.id}>
                  <span className="number">{showTime(look.at, locale)}</span> {look.what}
                </li>
              ))}
            </ul>
          </details>
        )}
      </td>
      <td>
        <Patients ids={newest.patients} names={patients} />
      </td>
      <td>
        {newest.refused ? <Mark kind="danger">{i18n.t('Refused')}</Mark> : <Mark kind="ok">{i18n.t('Done')}</Mark>}
      </td>
    </tr>
  );
}

function Patients({ ids: [first, ...others], names }: { ids: string[]; names: Map<string, string> }) {
  const { i18n } = useLingui();
  if (!first) return null;
  if (others.length > 0)
    return i18n.t('{count, plural, one {# patient} other {# patients}}', { count: others.length + 1 });
  return (
    <Link href={`/patients/${first}`}>
      <bdi>{names.get(first) || i18n.t('A patient')}</bdi>
    </Link>
  );
}
