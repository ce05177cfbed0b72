import type { Continuity, Lane } from '@holdfast/api';
import { type I18n, useLingui, useLocale } from '@holdfast/i18n';
import { Mark, type MarkKind, Panel, ScrollX } from '@holdfast/ui';
import { Skeleton } from '@mantine/core';
import { useSession } from '../session/SessionContext';
import { showTime } from '../time/dates';
import { durationWords } from '../time/duration';
import { useContinuity } from './ContinuityProvider';
import { headline } from './continuityWords';
import { Screen } from './Screen';
import { UpdatePanel } from './UpdatePanel';

/** What IT wants to know: what was written, what head office has of it, and why a link waits. */
export default function LinkPage() {
  const { i18n } = useLingui();
  const { setup } = useSession();
  const { report, now } = useContinuity();
  return (
    <Screen title={i18n.t('Link')}>
      {report ? <Details report={report} now={now} /> : <Skeleton height={280} />}
      {setup.host === 'desktop' && <UpdatePanel />}
      <p className="soft small">
        <bdi dir="ltr">
          Holdfast {setup.version} · {setup.host}
        </bdi>
      </p>
    </Screen>
  );
}

function Details({ report, now }: { report: Continuity; now: number }) {
  const { i18n } = useLingui();
  const { setup } = useSession();
  const locale = useLocale();
  const words = headline(i18n, report, setup.host, now);
  const facts: [string, string][] = [
    [i18n.t('Clinic'), report.clinic],
    [i18n.t('Endpoint'), report.link.endpoint ?? '–'],
    [i18n.t('In this state since'), showTime(report.link.sinceMs, locale) || '–'],
    [i18n.t('Records held'), report.recordsHeld.toLocaleString(locale === 'ar' ? 'en' : locale)],
    [i18n.t('Record groups followed'), String(report.scopesHeld)],
    [i18n.t('Conflicts open'), String(report.conflictsOpen)],
  ];
  return (
    <>
      <Panel title={i18n.t('State')}>
        <p className="lead">
          <Mark kind={words.kind}>{words.head}</Mark>
        </p>
        {words.detail && <p>{words.detail}</p>}
        {words.why && (
          <p className="told warn">
            {i18n.t('Why:')} <span dir="auto">{words.why}</span>
          </p>
        )}
        {report.damage && <p className="told danger">{report.damage}</p>}
        <dl className="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
        </dl>
      </Panel>
      <Panel title={i18n.t('What was written here')} flush>
        <ScrollX label={i18n.t('What was written here')}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{i18n.t('Kind')}</th>
                <th scope="col" className="end">
                  {i18n.t('Saves')}
                </th>
                <th scope="col">{i18n.t('State')}</th>
                <th scope="col">{i18n.t('Confirmed by')}</th>
              </tr>
            </thead>
            <tbody>
              {report.lanes.map((lane) => (
                <LaneRow key={lane.lane} lane={lane} state={report.link.state} now={now} />
              ))}
            </tbody>
          </table>
        </ScrollX>
      </Panel>
    </>
  );
}

function LaneRow({ lane, state, now }: { lane: Lane; state: string; now: number }) {
  const { i18n } = useLingui();
  const [kind, words] = laneWords(i18n, lane, state, now);
  return (
    <tr>
      <th scope="row">{laneName(i18n, lane.lane)}</th>
      <td className="end number">{lane.written}</td>
      <td>
        <Mark kind={kind}>{words}</Mark>
      </td>
      <td className="small">
        <bdi dir="ltr">
          {lane.acknowledged.map(({ endpoint, through }) => `${endpoint}: ${through}`).join(', ') || '–'}
        </bdi>
      </td>
    </tr>
  );
}

function laneName(i18n: I18n, lane: string): string {
  const names: Record<string, string> = {
    safety: i18n.t('Safety: allergies, medicines, people'),
    chart: i18n.t('Chart: the rest of the record'),
    operations: i18n.t('Operations: schedules, directories'),
    audit: i18n.t('Audit: who saw what'),
  };
  return names[lane] ?? lane;
}

function laneWords(i18n: I18n, lane: Lane, state: string, now: number): [MarkKind, string] {
  if (lane.unsent === 0) return ['ok', lane.written > 0 ? i18n.t('All sent') : i18n.t('Nothing yet')];
  if (state === 'off') return ['off', i18n.t('{count} kept here only', { count: lane.unsent })];
  const age = durationWords(i18n, now - (lane.unsentSinceMs ?? now));
  return [state === 'connected' ? 'busy' : 'warn', i18n.t('{count} waiting for {age}', { count: lane.unsent, age })];
}
