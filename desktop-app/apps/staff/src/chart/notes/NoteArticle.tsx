import './notes.css';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import type { ReactNode, Ref } from 'react';
import { useLocation } from 'wouter';
import { useAbilities } from '../../session/SessionContext';
import { showTime } from '../../time/dates';
import { When } from '../../time/When';
import { useChart } from '../ChartContext';
import { SavedMark } from '../SavedMark';
import { NoteText } from './NoteText';
import { authorOfNote, isWithdrawn, titleOfNote, visitOf } from './note';
import { noteItem } from './noteAddress';
import type { Shown, Thread } from './olderNotes';

interface Props {
  thread: Thread;
  /** The heading: a link to the note's own page, or its title there. */
  heading: ReactNode;
  /** What stands between the heading and the words. */
  children?: ReactNode;
  ref?: Ref<HTMLElement>;
}

/** One note with what was added to it. */
export function NoteArticle({ thread, heading, children, ref }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { resource, record, addenda } = thread;
  return (
    <article ref={ref} className="note" aria-label={titleOfNote(resource)} tabIndex={-1}>
      <header>
        {heading}
        <span className="soft small">
          <When at={resource.date} /> · <bdi>{authorOfNote(resource)}</bdi>
        </span>
        <span className="end">
          {record && <SavedMark record={record} />}
          <Actions thread={thread} />
        </span>
      </header>
      {children}
      <Words note={resource} />
      {addenda.map((addendum) => (
        <div key={addendum.resource.id} className="addendum">
          <p className="small soft">
            {i18n.t('Added {date} by', { date: showTime(addendum.resource.date, locale) })}{' '}
            <bdi>{authorOfNote(addendum.resource)}</bdi> {addendum.record && <SavedMark record={addendum.record} />}
          </p>
          <Words note={addendum.resource} />
        </div>
      ))}
    </article>
  );
}

function Actions({ thread: { resource } }: { thread: Thread }) {
  const { i18n } = useLingui();
  const { go, id } = useChart();
  const { keeps } = useAbilities();
  const [, leave] = useLocation();
  const encounter = visitOf(resource)?.replace('Encounter/', '');
  return (
    <>
      {keeps('Composition') && resource.resourceType === 'Composition' && !isWithdrawn(resource) && (
        <Button size="compact-xs" variant="default" onClick={() => go(`notes/add-${resource.id}`)}>
          {i18n.t('Add to it')}
        </Button>
      )}
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconPrinter size={14} aria-hidden />}
        onClick={() => leave(`/patients/${id}/print/encounter/note-${noteItem(resource)}`)}
      >
        {i18n.t('Print')}
      </Button>
      {encounter && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => leave(`/patients/${id}/print/encounter/${encounter}`)}
        >
          {i18n.t('Print the visit')}
        </Button>
      )}
    </>
  );
}

/** The words of a note; of one that was withdrawn they stay readable, and cannot be taken for what holds. */
function Words({ note }: { note: Shown['resource'] }) {
  const { i18n } = useLingui();
  if (!isWithdrawn(note)) return <NoteText note={note} />;
  return (
    <>
      <Mark kind="danger">{i18n.t('Withdrawn: this was entered in error')}</Mark>
      <s className="withdrawn">
        <NoteText note={note} />
      </s>
    </>
  );
}
