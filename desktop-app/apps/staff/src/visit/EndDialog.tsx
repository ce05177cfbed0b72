import { type Visit, visits } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Dialog } from '@holdfast/ui';
import type { Room } from '@holdfast/visit-room';
import { LIMITS } from '@holdfast/visit-room';
import { Button, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failed } from '../problems/Failed';
import { leave } from './running';

interface Props {
  room: Room;
  visit: Visit;
  onClose: () => void;
}

/** Ends the visit for all, with what the patient takes along. */
export function EndDialog({ room, visit, onClose }: Props) {
  const { i18n } = useLingui();
  const client = useQueryClient();
  const [summary, setSummary] = useState('');
  const [next, setNext] = useState('');
  const end = useMutation({
    // By HTTP: the node answers once it is kept, whether the socket is there or not.
    mutationFn: () => visits.end(visit.id, { summary: summary.trim(), next: next.trim() || undefined }),
    onSuccess: (ended) => {
      client.setQueryData(['visit', visit.id], ended);
      client.invalidateQueries({ queryKey: ['chart', visit.patient.id] });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    end.mutate();
  };
  const goOut = () => {
    // The visit goes on with the others.
    room.leave().catch(() => undefined);
    leave();
    onClose();
  };
  return (
    <Dialog
      onClose={onClose}
      title={i18n.t('End the visit')}
      size="lg"
      closeButtonProps={{ 'aria-label': i18n.t('Close') }}
    >
      <form className="stack" onSubmit={submit}>
        <Textarea
          label={i18n.t('What the patient takes along')}
          description={i18n.t('It is shown to them as the visit ends, and kept with the record. Plain words.')}
          dir="auto"
          autosize
          minRows={4}
          maxLength={LIMITS.summaryChars}
          value={summary}
          onChange={(event) => setSummary(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label={i18n.t('What comes next')}
          dir="auto"
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
        {end.isError && <Failed error={end.error} />}
        <div className="form-foot">
          <Button type="submit" color="red.9" loading={end.isPending}>
            {i18n.t('End it for everybody')}
          </Button>
          <Button variant="default" onClick={goOut}>
            {i18n.t('Only leave')}
          </Button>
          <Button variant="subtle" onClick={onClose}>
            {i18n.t('Back')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
