import type { AllergyIntolerance, ChartRecord, CodeableConcept } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { textOf } from '../../fhir/words';
import { CodeField } from '../../forms/CodeField';
import { nowInstant } from '../../time/dates';
import { FormDialog } from '../FormDialog';
import { useRecordForm } from '../useRecordForm';
import type { Saveable } from '../useSave';

const CLINICAL = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical';
const VERIFIED = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification';

/** Writes down what somebody does not tolerate, or that there is nothing. */
export function AllergyForm({ edited, onClose }: { edited?: ChartRecord<AllergyIntolerance>; onClose: () => void }) {
  const { i18n } = useLingui();
  const { before: allergy, recordId, subject, author, store: save } = useRecordForm(onClose, edited);
  const [code, setCode] = useState<CodeableConcept>(allergy?.code ?? {});
  const [reaction, setReaction] = useState(textOf(allergy?.reaction?.[0]?.manifestation[0]));
  const [criticality, setCriticality] = useState(allergy?.criticality ?? 'unable-to-assess');
  const store = () => {
    const resource: Saveable = {
      ...(allergy ?? {
        clinicalStatus: { coding: [{ system: CLINICAL, code: 'active' }] },
        verificationStatus: { coding: [{ system: VERIFIED, code: 'confirmed' }] },
        recordedDate: nowInstant(),
        recorder: author,
      }),
      resourceType: 'AllergyIntolerance',
      id: recordId,
      patient: allergy?.patient ?? subject,
      code,
      criticality: criticality as AllergyIntolerance['criticality'],
      reaction: reaction.trim()
        ? [{ ...allergy?.reaction?.[0], manifestation: [{ text: reaction.trim() }] }]
        : undefined,
    };
    save(resource, i18n.t('Saved: allergy to {name}', { name: textOf(code) }));
  };
  const none = () =>
    setCode({
      coding: [{ system: 'http://snomed.info/sct', code: '716186003', display: 'No known allergy' }],
      text: i18n.t('No known allergies'),
    });
  return (
    <FormDialog
      title={allergy ? i18n.t('Edit the allergy') : i18n.t('Add an allergy')}
      onClose={onClose}
      onSave={store}
      incomplete={!code.text?.trim()}
    >
      <CodeField
        label={i18n.t('To what')}
        description={i18n.t('A medicine, a food, anything')}
        system="rxnorm"
        value={code}
        onChange={setCode}
        autoFocus
      />
      <TextInput
        label={i18n.t('How it shows')}
        placeholder={i18n.t('Rash, swelling, breathlessness …')}
        dir="auto"
        value={reaction}
        onChange={(event) => setReaction(event.currentTarget.value)}
      />
      <NativeSelect
        label={i18n.t('How bad')}
        value={criticality}
        onChange={(event) => setCriticality(event.currentTarget.value as typeof criticality)}
        data={[
          { value: 'unable-to-assess', label: i18n.t('Not known') },
          { value: 'low', label: i18n.t('Unpleasant') },
          { value: 'high', label: i18n.t('Severe: may be life-threatening') },
        ]}
      />
      {!allergy && (
        <Button variant="default" size="xs" onClick={none}>
          {i18n.t('No known allergies')}
        </Button>
      )}
    </FormDialog>
  );
}
