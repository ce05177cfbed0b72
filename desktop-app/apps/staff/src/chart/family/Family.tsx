import type { CodeableConcept, FamilyMemberHistory } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { newId } from '../../app/newId';
import { textOf } from '../../fhir/words';
import { CodeField } from '../../forms/CodeField';
import { nowInstant } from '../../time/dates';
import { useChart } from '../ChartContext';
import { FormDialog } from '../FormDialog';
import { enteredInError } from '../inError';
import { RecordPanel } from '../RecordPanel';
import { subjectOf } from '../references';
import { type Saveable, useSave } from '../useSave';

const ROLES = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';

/** What runs in the family. */
export default function Family({ adding }: { adding: boolean }) {
  const { i18n } = useLingui();
  const { chart, id, go } = useChart();
  const save = useSave(id);
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
        actions={({ resource }) => [
          {
            label: i18n.t('Entered in error'),
            run: () =>
              save({
                resources: [enteredInError(resource) as Saveable],
                what: i18n.t('{name} is taken out of the chart', { name: textOf(resource.relationship) }),
              }),
          },
        ]}
      />
      {adding && <Form onClose={() => go('family')} />}
    </>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const { i18n } = useLingui();
  const { id } = useChart();
  const save = useSave(id);
  const [newRecord] = useState(newId);
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
      id: newRecord,
      status: 'completed',
      patient: subjectOf(id),
      date: nowInstant(),
      relationship: { coding: [{ system: ROLES, code: relation }], text },
      condition: [{ code, onsetString: onset.trim() || undefined }],
    };
    save({ resources: [resource], what: i18n.t('Saved: {name}', { name: textOf(code) }) });
    onClose();
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
