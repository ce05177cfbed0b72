import { type AuditEvent, api, path } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark, Panel, ScrollX } from '@holdfast/ui';
import { Button, NativeSelect, Skeleton, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { DateField } from '../forms/DateField';
import { Failed } from '../problems/Failed';
import { Screen } from '../shell/Screen';
import { showTime } from '../time/dates';
import { lookOf } from './event';

const PAGE = 50;

/** Who looked at what, and who changed what: the trail of the clinic. */
export default function Trail({ params }: { params: { patient?: string } }) {
  const { i18n } = useLingui();
  const [form, setForm] = useState({ patient: params.patient ?? '', who: '', from: '', until: '', outcome: '' });
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
  const set = (name: keyof typeof form) => (value: string) => setForm((all) => ({ ...all, [name]: value }));
  return (
    <Screen title={i18n.t('Who looked')}>
      <form className="filter panel" onSubmit={submit}>
        <TextInput
          label={i18n.t('Patient’s id')}
          dir="ltr"
          value={form.patient}
          onChange={(event) => set('patient')(event.currentTarget.value)}
        />
        <TextInput
          label={i18n.t('Who')}
          dir="auto"
          value={form.who}
          onChange={(event) => set('who')(event.currentTarget.value)}
        />
        <DateField label={i18n.t('From')} value={form.from} onChange={set('from')} />
        <DateField label={i18n.t('Until')} value={form.until} onChange={set('until')} />
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

function questionPath({
  patient,
  who,
  from,
  until,
  outcome,
}: Record<'patient' | 'who' | 'from' | 'until' | 'outcome', string>): string {
  const base = path('AuditEvent', {
    patient: patient.trim() && `Patient/${patient.trim().replace(/^Patient\//, '')}`,
    'agent-name': who.trim(),
    outcome,
    _count: PAGE,
  });
  const dates = [from && `date=ge${from}`, until && `date=le${until}`].filter(Boolean);
  return [base, ...dates].join('&');
}

function Lines({ events }: { events: AuditEvent[] }) {
  const { i18n } = useLingui();
  const locale = useLocale();
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
          {events.map((event) => {
            const look = lookOf(i18n, event);
            return (
              <tr key={look.id}>
                <td className="number">{showTime(look.at, locale)}</td>
                <th scope="row" dir="auto">
                  {look.who}
                </th>
                <td dir="auto">{look.what}</td>
                <td>
                  {look.patient && (
                    <Link href={`/patients/${look.patient}`} className="small">
                      <bdi dir="ltr">{look.patient.slice(0, 8)}…</bdi>
                    </Link>
                  )}
                </td>
                <td>
                  {look.refused ? (
                    <Mark kind="danger">{i18n.t('Refused')}</Mark>
                  ) : (
                    <Mark kind="ok">{i18n.t('Done')}</Mark>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollX>
  );
}
