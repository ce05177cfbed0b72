import { useLingui, useLocale } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { Contained } from '../../problems/Failed';
import { showTime } from '../../time/dates';
import { useChart } from '../ChartContext';
import { NoteText } from './NoteText';
import { authorOfNote, titleOfNote } from './note';
import { noteTo } from './noteAddress';

/** What was written last. */
export function LastNote() {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { id, chart, go } = useChart();
  const note = chart.notes.latest[0]?.resource;
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
              {showTime(note.date, locale)} · <bdi>{authorOfNote(note)}</bdi> ·{' '}
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
