import { useLingui } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { Contained } from '../../problems/Failed';
import { useContinuity } from '../../shell/ContinuityProvider';
import { latestOf } from '../../time/ahead';
import { When } from '../../time/When';
import { useChart } from '../ChartContext';
import { NoteText } from './NoteText';
import { authorOfNote, titleOfNote } from './note';
import { noteTo } from './noteAddress';

/** What was written last. */
export function LastNote() {
  const { i18n } = useLingui();
  const { now } = useContinuity();
  const { id, chart, go } = useChart();
  const note = latestOf(chart.notes.latest, ({ resource }) => resource.date, now)?.resource;
  return (
    <Panel
      title={i18n.t('Last note')}
      actions={
        chart.notes.total > 1 && (
          <Button size="compact-xs" variant="subtle" onClick={() => go('notes')}>
            {i18n.t('All {count}', { count: chart.notes.total })}
          </Button>
        )
      }
    >
      <Contained>
        {!note && <p className="soft">{i18n.t('No notes yet. Alt N begins one.')}</p>}
        {note && (
          <>
            <p className="soft small">
              <When at={note.date} /> · <bdi>{authorOfNote(note)}</bdi> ·{' '}
              <Link href={`/patients/${id}/${noteTo(note)}`}>
                <bdi>{titleOfNote(note) || i18n.t('Note')}</bdi>
              </Link>
            </p>
            <div className="clamped">
              <NoteText note={note} />
            </div>
          </>
        )}
      </Contained>
    </Panel>
  );
}
