import type { ChartRecord, CodeableConcept, MedicationRequest } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { textOf } from '../../fhir/words';
import { CodeField } from '../../forms/CodeField';
import { Failed } from '../../problems/Failed';
import { nowInstant } from '../../time/dates';
import { useChart } from '../ChartContext';
import { FormDialog } from '../FormDialog';
import { useRecordForm } from '../useRecordForm';
import type { Saveable } from '../useSave';
import { dosageOf, type Medicine } from './medicine';
import { useWarnings, Warning } from './Warning';
import { warningWords } from './warningWords';

/** Prescribes a medicine. Warnings come before it is saved; going on in spite of one is said and kept. */
export function MedicineForm({ edited, onClose }: { edited?: ChartRecord<Medicine>; onClose: () => void }) {
  const { i18n } = useLingui();
  const { id } = useChart();
  const { before: medicine, recordId, subject, author, store: save } = useRecordForm(onClose, edited);
  const before = medicine?.resourceType === 'MedicationRequest' ? medicine : undefined;
  const [code, setCode] = useState<CodeableConcept>(before?.medicationCodeableConcept ?? {});
  const [dose, setDose] = useState(before ? dosageOf(before) : '');
  const [accepted, setAccepted] = useState('');
  const check = useWarnings(id, code, dose, before?.id);
  const found = JSON.stringify(check.warnings);
  const isOwnWords = Boolean(code.text?.trim()) && !code.coding?.[0] && !check.isChecking;
  const mustAccept = check.warnings.length > 0 && accepted !== found;
  const store = () => {
    const inSpite = `${i18n.t('Given in spite of:')} ${check.warnings.map((warning) => warningWords(i18n, warning)).join('; ')}`;
    const notes = [
      ...(before?.note ?? []),
      ...(check.warnings.length > 0 ? [{ text: inSpite, time: nowInstant() }] : []),
    ];
    const resource: Saveable = {
      ...(before ?? { status: 'active', intent: 'order', authoredOn: nowInstant(), requester: author }),
      resourceType: 'MedicationRequest',
      status: before?.status ?? 'active',
      intent: before?.intent ?? 'order',
      id: recordId,
      subject: before?.subject ?? subject,
      medicationCodeableConcept: code,
      dosageInstruction: dose.trim() ? [{ ...before?.dosageInstruction?.[0], text: dose.trim() }] : undefined,
      note: notes.length > 0 ? notes : undefined,
    } satisfies MedicationRequest & { id: string };
    save(resource, i18n.t('Saved: {name}', { name: textOf(code) }));
  };
  return (
    <FormDialog
      title={before ? i18n.t('Edit the medicine') : i18n.t('Add a medicine')}
      onClose={onClose}
      onSave={store}
      incomplete={!code.text?.trim() || mustAccept || check.isChecking}
    >
      <CodeField
        label={i18n.t('Medicine')}
        description={i18n.t('RxNorm, or your own words')}
        system="rxnorm"
        value={code}
        onChange={setCode}
        autoFocus
      />
      <TextInput
        label={i18n.t('How it is taken')}
        placeholder={i18n.t('1 tablet twice a day with food')}
        dir="auto"
        value={dose}
        onChange={(event) => setDose(event.currentTarget.value)}
      />
      <div role="status" className="warnings">
        {check.warnings.map((warning) => (
          <Warning key={warning.kind + warning.text} warning={warning} />
        ))}
      </div>
      {isOwnWords && (
        <Mark kind="warn">
          {i18n.t('Your own words, and no code: warnings are found by the name alone. Look at the allergies yourself.')}
        </Mark>
      )}
      {check.warnings.length > 0 && (
        <Checkbox
          label={i18n.t('I have read this and prescribe it all the same')}
          checked={accepted === found}
          onChange={(event) => setAccepted(event.currentTarget.checked ? found : '')}
        />
      )}
      {check.error != null && <Failed error={check.error} />}
    </FormDialog>
  );
}
