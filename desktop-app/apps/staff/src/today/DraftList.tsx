import { api, type Chart, type Draft } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { nameOf } from '../fhir/words';
import { showTime } from '../time/dates';

/** What one has begun and not finished, on any device of the clinic. */
export function DraftList({ drafts }: { drafts: Draft[] }) {
  const { i18n } = useLingui();
  return (
    <Panel title={i18n.t('My drafts')} flush>
      {drafts.length === 0 && <p className="empty">{i18n.t('Nothing unfinished.')}</p>}
      <ul className="rows">
        {drafts.map((draft) => (
          <Line key={draft.key} draft={draft} />
        ))}
      </ul>
    </Panel>
  );
}

function Line({ draft }: { draft: Draft }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const forms: Record<string, [string, string]> = {
    note: [i18n.t('Note'), noteOf(draft)],
    vitals: [i18n.t('Vitals'), `vitals/new${ownOf(draft)}`],
  };
  const [name, rest] = forms[draft.form] ?? [i18n.t('Registration'), ''];
  const to = draft.patient ? `/patients/${draft.patient}/${rest}` : `/register/${draft.key.replace('register:', '')}`;
  return (
    <li>
      <Link href={to} className="main">
        {name}
      </Link>
      {draft.patient ? <PatientName id={draft.patient} /> : <bdi>{typedName(draft.body)}</bdi>}
      <span className="end small soft number">{showTime(draft.savedMs, locale)}</span>
    </li>
  );
}

function PatientName({ id }: { id: string }) {
  const chart = useQuery<Chart>({ queryKey: ['chart', id], queryFn: ({ signal }) => api.chart(id, signal) });
  return <bdi>{nameOf(chart.data?.patient.resource.name)}</bdi>;
}

/** The name in a registration that was begun. */
function typedName(body: unknown): string {
  const { given, family } = (body ?? {}) as Partial<Record<'given' | 'family', string>>;
  return [given, family].filter(Boolean).join(' ');
}

/** Where a note goes on: an addendum's key ends with the note that it adds to. */
function noteOf(draft: Draft): string {
  const appended = draft.key.split(':')[2];
  return appended ? `notes/add-${appended}` : `notes/new${ownOf(draft)}`;
}

/** Which draft, if there are several of one form: "~3fa1". */
function ownOf({ key }: Draft): string {
  const at = key.indexOf('~');
  return at < 0 ? '' : key.slice(at);
}
