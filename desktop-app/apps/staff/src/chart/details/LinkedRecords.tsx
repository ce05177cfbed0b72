import { api, type PatientHit } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Panel, useToast } from '@holdfast/ui';
import { Button, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { mrnOf, nameOf } from '../../fhir/words';
import { PatientField } from '../../patients/PatientField';
import { Failed } from '../../problems/Failed';
import { useAbilities } from '../../session/SessionContext';
import { useChart } from '../ChartContext';
import { FormDialog } from '../FormDialog';

/** Records of the same person, joined; it can be taken back at any time, nothing is rewritten. */
export function LinkedRecords() {
  const { i18n } = useLingui();
  const { chart, id } = useChart();
  const writes = useAbilities().keeps('Patient');
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
  const [other, setOther] = useState<PatientHit>();
  const [reason, setReason] = useState('');
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
        <PatientField label={i18n.t('The other record')} value={other} onChange={setOther} except={id} autoFocus />
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
