import { api, type BreakGlassEntry } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark, Panel, useToast } from '@holdfast/ui';
import { Button, Skeleton, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { FormDialog } from '../chart/FormDialog';
import { Failed } from '../problems/Failed';
import { Screen } from '../shell/Screen';
import { showTime } from '../time/dates';
import { Withheld } from './Withheld';

/** Charts that were opened in an emergency, each to be looked at by a manager. */
export default function ReviewQueue() {
  const { i18n } = useLingui();
  const [open, setOpen] = useState<BreakGlassEntry>();
  const queue = useQuery({ queryKey: ['review'], queryFn: api.breakGlassQueue });
  return (
    <Screen title={i18n.t('To review')}>
      <Panel title={i18n.t('Charts opened in an emergency')} flush>
        {queue.isPending && <Skeleton height={200} m="sm" />}
        {queue.isError && <Failed error={queue.error} retry={queue.refetch} />}
        {queue.data?.length === 0 && (
          <p className="empty">{i18n.t('None. Nobody had to open a chart that was closed to them.')}</p>
        )}
        <ul className="rows">
          {queue.data?.map((entry) => (
            <Line key={entry.id} entry={entry} onReview={() => setOpen(entry)} />
          ))}
        </ul>
      </Panel>
      <Withheld />
      {open && <ReviewForm entry={open} onClose={() => setOpen(undefined)} />}
    </Screen>
  );
}

function Line({ entry, onReview }: { entry: BreakGlassEntry; onReview: () => void }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  return (
    <li>
      <bdi className="main">{entry.name}</bdi>
      <span className="soft number">{showTime(entry.atMs, locale)}</span>
      <bdi>{entry.reason}</bdi>
      <span className="end">
        <Link href={`/trail/${entry.patient}`}>{i18n.t('Who looked')}</Link>
        {entry.review ? (
          <Mark kind="ok" title={entry.review.note}>
            {i18n.t('Reviewed')}
          </Mark>
        ) : (
          <Button
            size="compact-xs"
            variant="default"
            onClick={onReview}
            aria-label={i18n.t('Review {name}, {date}', { name: entry.name, date: showTime(entry.atMs, locale) })}
          >
            {i18n.t('Review')}
          </Button>
        )}
      </span>
    </li>
  );
}

function ReviewForm({ entry, onClose }: { entry: BreakGlassEntry; onClose: () => void }) {
  const { i18n } = useLingui();
  const client = useQueryClient();
  const say = useToast();
  const [note, setNote] = useState('');
  const review = useMutation({
    mutationFn: () => api.reviewBreakGlass(entry.id, note.trim()),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ['review'] });
      say({ text: i18n.t('Reviewed.') });
      onClose();
    },
  });
  return (
    <FormDialog
      title={i18n.t('Review')}
      onClose={onClose}
      onSave={() => review.mutate()}
      incomplete={!note.trim() || review.isPending}
    >
      <p>
        <bdi>{entry.name}</bdi>: <bdi>{entry.reason}</bdi>
      </p>
      <Textarea
        label={i18n.t('What you found')}
        dir="auto"
        autosize
        minRows={2}
        data-autofocus
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {review.isError && <Failed error={review.error} />}
    </FormDialog>
  );
}
