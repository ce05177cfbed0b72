import { type DayHalf, type PatientHit, schedule, type Urgency } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useToast } from '@holdfast/ui';
import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { newId } from '../../app/newId';
import { FormDialog } from '../../chart/FormDialog';
import { PatientField } from '../../patients/PatientField';
import { Failed } from '../../problems/Failed';
import { TypeField } from '../book/pickers';
import { useTypes } from '../names';
import { CannotFields } from './CannotFields';
import { urgencyWords } from './Waitlist';

const URGENCIES: Urgency[] = ['urgent', 'soon', 'routine'];

/** Puts somebody on the waiting list. */
export function WaitlistForm({ onClose }: { onClose: () => void }) {
  const { i18n } = useLingui();
  const client = useQueryClient();
  const say = useToast();
  const types = useTypes();
  const [id] = useState(newId);
  const [patient, setPatient] = useState<PatientHit>();
  const [type, setType] = useState('');
  const [urgency, setUrgency] = useState<Urgency>('routine');
  const [note, setNote] = useState('');
  const [not, setNot] = useState('');
  const [notOn, setNotOn] = useState<number[]>([]);
  const [only, setOnly] = useState<DayHalf>();
  const add = useMutation({
    mutationFn: () =>
      schedule.wait({
        id,
        patient: patient?.id ?? '',
        type,
        urgency,
        note: note.trim() || undefined,
        not: not.trim() || undefined,
        notOn,
        only,
      }),
    onSuccess: () => {
      say({ text: i18n.t('{name} is on the waiting list.', { name: patient?.name ?? '' }) });
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['schedule'] }),
  });
  return (
    <FormDialog
      title={i18n.t('Put on the waiting list')}
      onClose={onClose}
      onSave={() => !add.isPending && add.mutate()}
      incomplete={!patient || !type || add.isPending}
    >
      <PatientField label={i18n.t('Patient')} autoFocus value={patient} onChange={setPatient} />
      <div className="fields">
        <TypeField types={types.data ?? []} value={type} onChange={setType} />
        <NativeSelect
          label={i18n.t('How urgent')}
          value={urgency}
          onChange={(event) => setUrgency(event.currentTarget.value as Urgency)}
          data={URGENCIES.map((value) => ({ value, label: urgencyWords(i18n, value)[1] }))}
        />
      </div>
      <CannotFields notOn={notOn} only={only} onNotOn={setNotOn} onOnly={setOnly} />
      <TextInput
        label={i18n.t('When they cannot come')}
        description={i18n.t('In words: this is shown, and not looked at when times are offered.')}
        dir="auto"
        value={not}
        onChange={(event) => setNot(event.currentTarget.value)}
      />
      <Textarea
        label={i18n.t('Remark')}
        dir="auto"
        autosize
        minRows={1}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {types.isError && <Failed error={types.error} retry={types.refetch} />}
      {add.isError && <Failed error={add.error} />}
    </FormDialog>
  );
}
