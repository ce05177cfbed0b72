import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark, Panel } from '@holdfast/ui';
import { Skeleton } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { Failed } from '../../problems/Failed';
import { showTime } from '../../time/dates';
import { useChart } from '../ChartContext';
import { NoteArticle } from './NoteArticle';
import { appendedTo, isSigned, type Note, signatureOf, titleOfNote } from './note';
import type { NoteRef } from './noteAddress';
import { useNote } from './useNote';

/** One whole note: its words, who signed it and when, what was added to it. */
export function NotePage(which: NoteRef) {
  const { i18n } = useLingui();
  const { id } = useChart();
  const { thread, isPending, isForeign, error, retry } = useNote(which);
  const heading = useRef<HTMLHeadingElement>(null);
  const isThere = thread !== undefined;
  // The link that led here is gone: without this a keyboard would begin at the top of the page.
  useEffect(() => {
    if (isThere) heading.current?.focus();
  }, [isThere]);
  return (
    <Panel title={<Link href={`/patients/${id}/notes`}>{i18n.t('All notes')}</Link>} flush>
      {isPending && <Skeleton height={240} />}
      {error && <Failed error={error} retry={retry} />}
      {isForeign && <p className="empty">{i18n.t('There is no such note in this chart.')}</p>}
      {thread && (
        <NoteArticle
          thread={thread}
          heading={
            <h3 dir="auto" ref={heading} tabIndex={-1}>
              {titleOfNote(thread.resource) || i18n.t('Note')}
            </h3>
          }
        >
          <Signature note={thread.resource} />
          <AddsTo note={thread.resource} />
        </NoteArticle>
      )}
    </Panel>
  );
}

function Signature({ note }: { note: Note }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  if (!isSigned(note))
    return (
      <p>
        <Mark kind="warn">{i18n.t('Not signed')}</Mark>
      </p>
    );
  const { time, name } = signatureOf(note);
  if (!time && !name) return null;
  return (
    <p className="soft small">
      {i18n.t('Signed {date} by', { date: showTime(time, locale) })} <bdi>{name}</bdi>
    </p>
  );
}

function AddsTo({ note }: { note: Note }) {
  const { i18n } = useLingui();
  const { id } = useChart();
  const target = appendedTo(note);
  if (!target) return null;
  return (
    <p>
      <Link href={`/patients/${id}/notes/${target}`}>{i18n.t('This was added to another note: read that one')}</Link>
    </p>
  );
}
