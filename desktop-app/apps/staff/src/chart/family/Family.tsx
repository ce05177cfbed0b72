import type { CodeableConcept, FamilyMemberHistory } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { textOf } from '../../fhir/words';
import { CodeField } from '../../forms/CodeField';
import { nowInstant } from '../../time/dates';
import { useChart } from '../ChartContext';
import { FormDialog } from '../FormDialog';
import { RecordPanel } from '../RecordPanel';
import { useRecordForm } from '../useRecordForm';
import { useSection } from '../useSection';

const ROLES = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';

/** What runs in the family. */
export default function Family({ adding }: { adding: boolean }) {
  const { i18n } = useLingui();
  const { chart } = useChart();
  const section = useSection<FamilyMemberHistory>('family', adding);
  return (
    <>
      <RecordPanel
        title={i18n.t('Family history')}
        records={chart.familyHistory}
        empty={i18n.t('Nothing recorded about the family yet.')}
        add={{ to: 'family/new', label: i18n.t('Add family history') }}
        row={({ resource }) => (
          <>
            <bdi className="main">{textOf(resource.relationship)}</bdi>
            <bdi>
              {resource.condition
                ?.map(({ code, onsetString, onsetAge }) =>
                  [textOf(code), onsetString ?? (onsetAge?.value && `${onsetAge.value}`)].filter(Boolean).join(', '),
                )
                .join('; ')}
            </bdi>
          </>
        )}
        actions={(record) => [section.takeOut(record, textOf(record.resource.relationship))]}
      />
      {section.isFormOpen && <Form onClose={section.closeForm} />}
    </>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const { i18n } = useLingui();
  const { recordId, subject, store: save } = useRecordForm<FamilyMemberHistory>(onClose);
  const [relation, setRelation] = useState('MTH');
  const [code, setCode] = useState<CodeableConcept>({});
  const [onset, setOnset] = useState('');
  const relations = [
    { value: 'MTH', label: i18n.t('Mother') },
    { value: 'FTH', label: i18n.t('Father') },
    { value: 'SIS', label: i18n.t('Sister') },
    { value: 'BRO', label: i18n.t('Brother') },
    { value: 'CHILD', label: i18n.t('Child') },
    { value: 'GRPRN', label: i18n.t('Grandparent') },
    { value: 'FAMMEMB', label: i18n.t('Another relative') },
  ];
  const store = () => {
    const text = relations.find(({ value }) => value === relation)?.label;
    const resource: FamilyMemberHistory & { id: string } = {
      resourceType: 'FamilyMemberHistory',
      id: recordId,
      status: 'completed',
      patient: subject,
      date: nowInstant(),
      relationship: { coding: [{ system: ROLES, code: relation }], text },
      condition: [{ code, onsetString: onset.trim() || undefined }],
    };
    save(resource, i18n.t('Saved: {name}', { name: textOf(code) }));
  };
  return (
    <FormDialog title={i18n.t('Add family history')} onClose={onClose} onSave={store} incomplete={!code.text?.trim()}>
      <NativeSelect
        label={i18n.t('Who')}
        value={relation}
        onChange={(event) => setRelation(event.currentTarget.value)}
        data={relations}
        data-autofocus
      />
      <CodeField
        label={i18n.t('Had what')}
        description={i18n.t('ICD-10-CM, or your own words')}
        system="icd10cm"
        value={code}
        onChange={setCode}
      />
      <TextInput
        label={i18n.t('At what age')}
        dir="auto"
        value={onset}
        onChange={(event) => setOnset(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
