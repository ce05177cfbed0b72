import { api, type WithheldRecord } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Dialog, Panel, useToast } from '@holdfast/ui';
import { Button, Skeleton, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { linesOf } from '../conflicts/lines';
import { elementWords, typeWords } from '../conflicts/words';
import { Failed } from '../problems/Failed';
import { showTime } from '../time/dates';

/** What people wrote after their sign-in was ended, on a computer that had not heard of it: saved by a manager, or left out. */
export function Withheld() {
  const { i18n } = useLingui();
  const [open, setOpen] = useState<WithheldRecord>();
  const queue = useQuery({ queryKey: ['withheld'], queryFn: api.withheld });
  return (
    <Panel title={i18n.t('Written after the sign-in was ended')} flush>
      {queue.isPending && <Skeleton height={120} m="sm" />}
      {queue.isError && <Failed error={queue.error} retry={queue.refetch} />}
      {queue.data?.length === 0 && (
        <p className="empty">
          {i18n.t(
            'Nothing waits. What people write after their sign-in was ended, on a computer that had not heard of it, waits here.',
          )}
        </p>
      )}
      <ul className="rows">
        {queue.data?.map((entry) => (
          <Line key={entry.no} entry={entry} onDecide={() => setOpen(entry)} />
        ))}
      </ul>
      {open && <Decision entry={open} onClose={() => setOpen(undefined)} />}
    </Panel>
  );
}

function Line({ entry, onDecide }: { entry: WithheldRecord; onDecide: () => void }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const [type, name] = [typeWords(i18n, entry.type), entry.name ?? entry.author];
  return (
    <li>
      <bdi className="main">{name}</bdi>
      <span>{type}</span>
      <span className="soft number">{showTime(entry.writtenMs, locale)}</span>
      <span className="soft small">
        <bdi>{entry.replica}</bdi>
      </span>
      <span className="end">
        <Button
          size="compact-xs"
          variant="default"
          onClick={onDecide}
          aria-label={i18n.t('Decide on {type} by {name}', { type, name })}
        >
          {i18n.t('Decide')}
        </Button>
      </span>
    </li>
  );
}

function Decision({ entry, onClose }: { entry: WithheldRecord; onClose: () => void }) {
  const { i18n } = useLingui();
  const client = useQueryClient();
  const say = useToast();
  const [reason, setReason] = useState('');
  const decide = useMutation({
    mutationFn: (decision: 'accept' | 'drop') => api.decideWithheld(entry.no, decision, reason.trim()),
    onSuccess: (_, decision) => {
      client.invalidateQueries({ queryKey: ['withheld'] });
      say({ text: decision === 'accept' ? i18n.t('Saved in your name.') : i18n.t('Left out.') });
      onClose();
    },
  });
  const cannot = !reason.trim() || decide.isPending;
  return (
    <Dialog
      onClose={onClose}
      title={`${entry.name ?? entry.author}: ${typeWords(i18n, entry.type)}`}
      closeButtonProps={{ 'aria-label': i18n.t('Close') }}
    >
      <div className="stack">
        <p>{i18n.t('It is in nobody’s chart until somebody decides.')}</p>
        {entry.deletes && <p className="told warn">{i18n.t('It would delete the record.')}</p>}
        <Says says={entry.says} />
        <Textarea
          label={i18n.t('Why you decide so')}
          dir="auto"
          autosize
          minRows={2}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {decide.isError && <Failed error={decide.error} />}
        <div className="form-foot">
          <Button variant="default" disabled={cannot} onClick={() => decide.mutate('drop')}>
            {i18n.t('Leave it out for good')}
          </Button>
          <Button disabled={cannot} onClick={() => decide.mutate('accept')}>
            {i18n.t('Save it in my name')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function Says({ says }: Pick<WithheldRecord, 'says'>) {
  const { i18n } = useLingui();
  if (!says)
    return (
      <p className="told warn">
        {i18n.t('You may not read this record. Ask somebody who treats patients to decide with you.')}
      </p>
    );
  return (
    <dl className="facts">
      {Object.entries(says).map(([element, value]) => (
        <div key={element}>
          <dt>{elementWords(i18n, element)}</dt>
          <dd dir="auto">
            {linesOf(i18n, value).map((line) => (
              <span key={line} className="line">
                {line}
              </span>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
