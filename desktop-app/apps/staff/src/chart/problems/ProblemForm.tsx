import type { ChartRecord, CodeableConcept, Condition } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { textOf } from '../../fhir/words';
import { CodeField } from '../../forms/CodeField';
import { DateField } from '../../forms/DateField';
import { nowInstant } from '../../time/dates';
import { FormDialog } from '../FormDialog';
import { useRecordForm } from '../useRecordForm';
import type { Saveable } from '../useSave';
import { CLINICAL } from './problem';

const VERIFIED = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/condition-category';

/** Writes down what is wrong, since when. */
export function ProblemForm({ edited, onClose }: { edited?: ChartRecord<Condition>; onClose: () => void }) {
  const { i18n } = useLingui();
  const { before: problem, recordId, subject, author, store: save } = useRecordForm(onClose, edited);
  const [code, setCode] = useState<CodeableConcept>(problem?.code ?? {});
  const [onset, setOnset] = useState(problem?.onsetDateTime ?? '');
  const [note, setNote] = useState(problem?.note?.[0]?.text ?? '');
  const store = () => {
    const resource: Saveable = {
      ...(problem ?? {
        clinicalStatus: { coding: [{ system: CLINICAL, code: 'active' }] },
        verificationStatus: { coding: [{ system: VERIFIED, code: 'confirmed' }] },
        category: [{ coding: [{ system: CATEGORY, code: 'problem-list-item' }] }],
        recordedDate: nowInstant(),
        recorder: author,
      }),
      resourceType: 'Condition',
      id: recordId,
      subject: problem?.subject ?? subject,
      code,
      onsetDateTime: onset || undefined,
      note: note.trim() ? [{ ...problem?.note?.[0], text: note.trim() }] : undefined,
    };
    save(resource, i18n.t('Saved: {name}', { name: textOf(code) }));
  };
  return (
    <FormDialog
      title={problem ? i18n.t('Edit the problem') : i18n.t('Add a problem')}
      onClose={onClose}
      onSave={store}
      incomplete={!code.text?.trim()}
    >
      <CodeField
        label={i18n.t('Problem')}
        description={i18n.t('ICD-10-CM, or your own words')}
        system="icd10cm"
        value={code}
        onChange={setCode}
        autoFocus
      />
      <DateField label={i18n.t('Since')} value={onset} onChange={setOnset} />
      <Textarea
        label={i18n.t('Remark')}
        dir="auto"
        autosize
        minRows={2}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
