import { api, type PatientHit } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Panel, useListbox, useToast } from '@holdfast/ui';
import { Button, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { mrnOf, nameOf } from '../../fhir/words';
import { HitLine } from '../../patients/HitLine';
import { Failed } from '../../problems/Failed';
import { useAbilities } from '../../session/SessionContext';
import { useChart } from '../ChartContext';
import { FormDialog } from '../FormDialog';

const NONE: PatientHit[] = [];

/** Records of the same person, joined; it can be taken back at any time, nothing is rewritten. */
export function LinkedRecords() {
  const { i18n } = useLingui();
  const { chart, id } = useChart();
  const { writes } = useAbilities();
  const client = useQueryClient();
  const say = useToast();
  const [isOpen, setOpen] = useState(false);
  const unlink = useMutation({
    mutationFn: (other: string) => api.unlinkPatients(id, other, i18n.t('Taken apart in the chart')),
    onSuccess: () => say({ text: i18n.t('The two records are apart again.') }),
    onSettled: () => client.invalidateQueries({ queryKey: ['chart'] }),
  });
  const linked = chart.linked ?? [];
  return (
    <Panel
      title={i18n.t('Same person, other record')}
      flush
      actions={
        writes && (
          <Button size="compact-xs" variant="subtle" onClick={() => setOpen(true)}>
            {i18n.t('Join')}
          </Button>
        )
      }
    >
      {linked.length === 0 && <p className="empty">{i18n.t('No other record is joined to this one.')}</p>}
      <ul className="rows">
        {linked.map(({ resource }) => (
          <li key={resource.id}>
            <bdi className="main">{nameOf(resource.name)}</bdi>{' '}
            <bdi dir="ltr" className="soft number">
              {mrnOf(resource)}
            </bdi>
            {writes && (
              <span className="end">
                <Button size="compact-xs" variant="default" onClick={() => unlink.mutate(resource.id ?? '')}>
                  {i18n.t('Take apart')}
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
      {unlink.isError && <Failed error={unlink.error} />}
      {isOpen && <JoinForm onClose={() => setOpen(false)} />}
    </Panel>
  );
}

function JoinForm({ onClose }: { onClose: () => void }) {
  const { i18n } = useLingui();
  const { id } = useChart();
  const client = useQueryClient();
  const say = useToast();
  const [text, setText] = useState('');
  const [other, setOther] = useState<PatientHit>();
  const [reason, setReason] = useState('');
  const q = text.trim();
  const found = useQuery({
    queryKey: ['patients', q],
    queryFn: ({ signal }) => api.findPatients(q, signal),
    enabled: q.length > 0 && !other,
  });
  const hits = other ? NONE : (found.data?.patients.filter((hit) => hit.id !== id) ?? NONE);
  const list = useListbox({ items: hits, open: !other, onClose: () => setText(''), onChoose: setOther });
  const join = useMutation({
    mutationFn: (chosen: PatientHit) => api.linkPatients(id, chosen.id, reason.trim()),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ['chart'] });
      say({ text: i18n.t('The two records are joined.') });
      onClose();
    },
  });
  return (
    <FormDialog
      title={i18n.t('Join a record of the same person')}
      onClose={onClose}
      onSave={() => other && join.mutate(other)}
      incomplete={!other || !reason.trim()}
      saveLabel={i18n.t('Join')}
    >
      <Stack gap="xs">
        <TextInput
          label={i18n.t('The other record')}
          data-autofocus
          {...list.inputProps}
          value={other ? `${other.name} ${other.mrn ?? ''}` : text}
          onChange={(event) => {
            setOther(undefined);
            setText(event.currentTarget.value);
          }}
        />
        {hits.length > 0 && (
          <div {...list.listProps} aria-label={i18n.t('Patients')}>
            {hits.map((hit, index) => (
              <div key={hit.id} {...list.optionProps(index)}>
                <HitLine hit={hit} />
              </div>
            ))}
          </div>
        )}
        <TextInput
          label={i18n.t('Why they are the same person')}
          dir="auto"
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <p className="soft small">
          {i18n.t('This chart stays in front. Both records are kept, and can be taken apart again.')}
        </p>
        {join.isError && <Failed error={join.error} />}
      </Stack>
    </FormDialog>
  );
}
