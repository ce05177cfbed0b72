import type { Visit } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark, Panel } from '@holdfast/ui';
import type { Summary } from '@holdfast/visit-room';
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { useAbilities } from '../session/SessionContext';
import { showClock } from '../time/dates';
import { showInChart } from './ChartBeside';

/** After the visit: what was written to the patient, and what is left to do. */
export function Ended({ visit, said }: { visit: Visit; said?: Summary }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { keeps } = useAbilities();
  const summary = visit.summary ?? said;
  return (
    <Panel title={i18n.t('Visit with {name}', { name: visit.patient.name })}>
      <div className="stack">
        <Mark kind="off">
          {visit.ended
            ? i18n.t('Ended at {time}', { time: showClock(visit.ended, locale) })
            : i18n.t('The visit has ended.')}
        </Mark>
        {summary?.text && (
          <p className="told visit-written" dir="auto">
            {summary.text}
          </p>
        )}
        {summary?.next && (
          <p dir="auto">
            <strong>{i18n.t('What comes next')}:</strong> {summary.next}
          </p>
        )}
        <div className="form-foot">
          {keeps('Composition') && <Button onClick={() => showInChart('notes/new')}>{i18n.t('Write the note')}</Button>}
          <Link href="/schedule">{i18n.t('To the schedule')}</Link>
        </div>
      </div>
    </Panel>
  );
}
