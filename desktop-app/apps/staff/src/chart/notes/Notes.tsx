import type { ChartRecord } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { IconPlus, IconPrinter } from '@tabler/icons-react';
import { useLocation } from 'wouter';
import { Contained } from '../../problems/Failed';
import { useAbilities } from '../../session/SessionContext';
import { showTime } from '../../time/dates';
import { useChart } from '../ChartContext';
import { SavedMark } from '../SavedMark';
import { NoteEditor } from './NoteEditor';
import { NoteText } from './NoteText';
import { appendedTo, authorOfNote, type Note as NoteRecord, titleOfNote, visitOf } from './note';

/** The notes, the newest first, each with what was added to it; or the one that is being written. */
export default function Notes({ adding, item }: { adding: boolean; item: string }) {
  const { i18n } = useLingui();
  const { chart, go } = useChart();
  const { keeps } = useAbilities();
  // Behind a tilde: which draft, if there are several.
  const [what = '', own] = item.split('~');
  if (adding) return <NoteEditor key={item} own={own} />;
  const appended = what.startsWith('add-') ? what.slice('add-'.length) : '';
  if (appended) return <NoteEditor key={item} appends={appended} own={own} />;
  const all = chart.notes.latest;
  const known = new Set(all.map(({ resource }) => resource.id));
  const tops = all.filter(({ resource }) => !known.has(appendedTo(resource) ?? ''));
  return (
    <Panel
      title={i18n.t('Notes')}
      flush
      actions={
        keeps('Composition') && (
          <Button size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => go('notes/new')}>
            {i18n.t('New note')}
          </Button>
        )
      }
    >
      {all.length === 0 && <p className="empty">{i18n.t('No notes yet. Alt N begins one.')}</p>}
      {tops.map((record) => (
        <Contained key={record.resource.id}>
          <Note record={record} addenda={all.filter(({ resource }) => appendedTo(resource) === record.resource.id)} />
        </Contained>
      ))}
      {chart.notes.total > all.length && (
        <p className="empty">
          {i18n.t('{count} older notes are in the timeline.', { count: chart.notes.total - all.length })}
        </p>
      )}
    </Panel>
  );
}

function Note({ record, addenda }: { record: ChartRecord<NoteRecord>; addenda: ChartRecord<NoteRecord>[] }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { go, id } = useChart();
  const { keeps } = useAbilities();
  const [, leave] = useLocation();
  const { resource } = record;
  const encounter = visitOf(resource)?.replace('Encounter/', '');
  return (
    <article className="note" aria-label={titleOfNote(resource)}>
      <header>
        <h3 dir="auto">{titleOfNote(resource)}</h3>
        <span className="soft small">
          {showTime(resource.date, locale)} · <bdi>{authorOfNote(resource)}</bdi>
        </span>
        <span className="end">
          <SavedMark record={record} />
          {keeps('Composition') && (
            <Button size="compact-xs" variant="default" onClick={() => go(`notes/add-${resource.id}`)}>
              {i18n.t('Add to it')}
            </Button>
          )}
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconPrinter size={14} aria-hidden />}
            onClick={() => leave(`/patients/${id}/print/encounter/${encounter ?? `note-${resource.id}`}`)}
          >
            {i18n.t('Print')}
          </Button>
        </span>
      </header>
      <NoteText note={resource} />
      {addenda.map((addendum) => (
        <div key={addendum.resource.id} className="addendum">
          <p className="small soft">
            {i18n.t('Added {date} by', { date: showTime(addendum.resource.date, locale) })}{' '}
            <bdi>{authorOfNote(addendum.resource)}</bdi> <SavedMark record={addendum} />
          </p>
          <NoteText note={addendum.resource} />
        </div>
      ))}
    </article>
  );
}
