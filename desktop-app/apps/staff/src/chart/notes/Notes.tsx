import { useLingui } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { Contained, Failed } from '../../problems/Failed';
import { useAbilities } from '../../session/SessionContext';
import { useChart } from '../ChartContext';
import { NoteArticle } from './NoteArticle';
import { NoteEditor } from './NoteEditor';
import { NotePage } from './NotePage';
import { titleOfNote } from './note';
import { noteAt, noteTo } from './noteAddress';
import { useOlderNotes } from './useOlderNotes';

/** The notes of a chart, one of them by itself, or the one that is being written. */
export default function Notes({ adding, item }: { adding: boolean; item: string }) {
  // Behind a tilde: which draft, if there are several.
  const [what = '', own] = item.split('~');
  if (adding) return <NoteEditor key={item} own={own} />;
  const appended = what.startsWith('add-') ? what.slice('add-'.length) : '';
  if (appended) return <NoteEditor key={item} appends={appended} own={own} />;
  if (item) return <NotePage key={item} {...noteAt(item)} />;
  return <NoteList />;
}

/** All notes, the newest first, each with what was added to it. */
function NoteList() {
  const { i18n } = useLingui();
  const { go, id } = useChart();
  const { keeps } = useAbilities();
  const { threads, hasOlder, isLoading, error, more } = useOlderNotes();
  const from = useRef<number>(undefined);
  const firstOlder = useRef<HTMLElement>(null);
  // Whoever asked for older notes reads on at the first of them.
  useEffect(() => {
    if (from.current === undefined || threads.length <= from.current) return;
    from.current = undefined;
    firstOlder.current?.focus();
  }, [threads.length]);
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
      {threads.length === 0 && <p className="empty">{i18n.t('No notes yet. Alt N begins one.')}</p>}
      {threads.map((thread, index) => (
        <Contained key={thread.resource.id}>
          <NoteArticle
            ref={index === from.current ? firstOlder : undefined}
            thread={thread}
            heading={
              <h3 dir="auto">
                <Link href={`/patients/${id}/${noteTo(thread.resource)}`}>
                  {titleOfNote(thread.resource) || i18n.t('Note')}
                </Link>
              </h3>
            }
          />
        </Contained>
      ))}
      {error && <Failed error={error} />}
      {hasOlder && (
        <p className="panel-foot">
          <Button
            size="compact-sm"
            variant="default"
            loading={isLoading}
            onClick={() => {
              from.current = threads.length;
              more();
            }}
          >
            {i18n.t('Older notes')}
          </Button>
        </p>
      )}
    </Panel>
  );
}
