import type { AllergyIntolerance, ChartRecord, CodeableConcept } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { newId } from '../../app/newId';
import { textOf } from '../../fhir/words';
import { CodeField } from '../../forms/CodeField';
import { useSession } from '../../session/SessionContext';
import { nowInstant } from '../../time/dates';
import { useChart } from '../ChartContext';
import { FormDialog } from '../FormDialog';
import { enteredInError } from '../inError';
import { RecordPanel } from '../RecordPanel';
import { authorOf, subjectOf } from '../references';
import { type Saveable, useSave } from '../useSave';
import { AllergyRow } from './AllergyRow';

const CLINICAL = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical';
const VERIFIED = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification';

/** What a patient does not tolerate. */
export default function Allergies({ adding }: { adding: boolean }) {
  const { i18n } = useLingui();
  const { chart, id, go } = useChart();
  const save = useSave(id);
  const [edited, setEdited] = useState<ChartRecord<AllergyIntolerance>>();
  const close = () => {
    setEdited(undefined);
    if (adding) go('allergies');
  };
  return (
    <>
      <RecordPanel
        title={i18n.t('Allergies')}
        records={chart.allergies}
        empty={i18n.t('Nothing recorded. Ask, and write down “no known allergies” if there are none.')}
        add={{ to: 'allergies/new', label: i18n.t('Add an allergy') }}
        row={({ resource }) => <AllergyRow allergy={resource} />}
        actions={(record) => [
          { label: i18n.t('Edit'), run: () => setEdited(record) },
          {
            label: i18n.t('Entered in error'),
            run: () =>
              save({
                resources: [enteredInError(record.resource) as Saveable],
                what: i18n.t('{name} is taken out of the chart', { name: textOf(record.resource.code) }),
              }),
          },
        ]}
      />
      {(adding || edited) && <AllergyForm edited={edited} onClose={close} />}
    </>
  );
}

function AllergyForm({ edited, onClose }: { edited?: ChartRecord<AllergyIntolerance>; onClose: () => void }) {
  const { i18n } = useLingui();
  const { session } = useSession();
  const { id } = useChart();
  const save = useSave(id);
  // What was on the screen when the form opened, whatever arrives meanwhile.
  const [opened] = useState(edited);
  const allergy = opened?.resource;
  const [newRecord] = useState(newId);
  const [code, setCode] = useState<CodeableConcept>(allergy?.code ?? {});
  const [reaction, setReaction] = useState(textOf(allergy?.reaction?.[0]?.manifestation[0]));
  const [criticality, setCriticality] = useState(allergy?.criticality ?? 'unable-to-assess');
  const store = () => {
    const resource: Saveable = {
      ...(allergy ?? {
        clinicalStatus: { coding: [{ system: CLINICAL, code: 'active' }] },
        verificationStatus: { coding: [{ system: VERIFIED, code: 'confirmed' }] },
        recordedDate: nowInstant(),
        recorder: authorOf(session),
      }),
      resourceType: 'AllergyIntolerance',
      id: allergy?.id ?? newRecord,
      patient: allergy?.patient ?? subjectOf(id),
      code,
      criticality: criticality as AllergyIntolerance['criticality'],
      reaction: reaction.trim()
        ? [{ ...allergy?.reaction?.[0], manifestation: [{ text: reaction.trim() }] }]
        : undefined,
    };
    save({
      resources: [resource],
      seen: opened && { [resource.id]: opened.version },
      what: i18n.t('Saved: allergy to {name}', { name: textOf(code) }),
    });
    onClose();
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
