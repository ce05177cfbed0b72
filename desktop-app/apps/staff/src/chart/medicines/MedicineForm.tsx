import {
  api,
  type ChartRecord,
  type CodeableConcept,
  type MedicationRequest,
  type MedicineWarning,
} from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { Checkbox, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { newId } from '../../app/newId';
import { textOf } from '../../fhir/words';
import { CodeField } from '../../forms/CodeField';
import { Failed } from '../../problems/Failed';
import { useSession } from '../../session/SessionContext';
import { nowInstant } from '../../time/dates';
import { useChart } from '../ChartContext';
import { FormDialog } from '../FormDialog';
import { authorOf, subjectOf } from '../references';
import { type Saveable, useSave } from '../useSave';
import { dosageOf, type Medicine } from './medicine';

const PAUSE_MS = 200;
const SHORTEST = 3;

/** Prescribes a medicine. Warnings come before it is saved; going on in spite of one is said and kept. */
export function MedicineForm({ edited, onClose }: { edited?: ChartRecord<Medicine>; onClose: () => void }) {
  const { i18n } = useLingui();
  const { session } = useSession();
  const { id } = useChart();
  const save = useSave(id);
  // What was on the screen when the form opened, whatever arrives meanwhile.
  const [opened] = useState(edited);
  const medicine = opened?.resource;
  const before = medicine?.resourceType === 'MedicationRequest' ? medicine : undefined;
  const [newRecord] = useState(newId);
  const [code, setCode] = useState<CodeableConcept>(before?.medicationCodeableConcept ?? {});
  const [dose, setDose] = useState(before ? dosageOf(before) : '');
  const [accepted, setAccepted] = useState('');
  const check = useWarnings(id, code, dose, before?.id);
  const found = JSON.stringify(check.warnings);
  const mustAccept = check.warnings.length > 0 && accepted !== found;
  const store = () => {
    const note =
      check.warnings.length > 0
        ? [
            {
              text: `${i18n.t('Given in spite of:')} ${check.warnings.map(({ text }) => text).join('; ')}`,
              time: nowInstant(),
            },
          ]
        : undefined;
    const resource: Saveable = {
      ...(before ?? { status: 'active', intent: 'order', authoredOn: nowInstant(), requester: authorOf(session) }),
      resourceType: 'MedicationRequest',
      status: before?.status ?? 'active',
      intent: before?.intent ?? 'order',
      id: before?.id ?? newRecord,
      subject: before?.subject ?? subjectOf(id),
      medicationCodeableConcept: code,
      dosageInstruction: dose.trim() ? [{ ...before?.dosageInstruction?.[0], text: dose.trim() }] : undefined,
      note:
        [...(before?.note ?? []), ...(note ?? [])].length > 0 ? [...(before?.note ?? []), ...(note ?? [])] : undefined,
    } satisfies MedicationRequest & { id: string };
    save({
      resources: [resource],
      seen: opened && { [resource.id]: opened.version },
      what: i18n.t('Saved: {name}', { name: textOf(code) }),
    });
    onClose();
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
      <div role="status">
        {check.warnings.map((warning) => (
          <Warning key={warning.kind + warning.text} warning={warning} />
        ))}
      </div>
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

function useWarnings(patient: string, code: CodeableConcept, dose: string, own: string | undefined) {
  const text = code.text?.trim() ?? '';
  const asked = JSON.stringify({ patient, code: code.coding?.[0]?.code, text, dose: dose.trim() || undefined });
  const [calm] = useDebouncedValue(asked, PAUSE_MS);
  const isAsked = text.length >= SHORTEST;
  const check = useQuery({
    queryKey: ['medicine-check', calm],
    queryFn: ({ signal }) => api.checkMedicine(JSON.parse(calm), signal),
    enabled: isAsked,
    staleTime: 0,
  });
  // The medicine that is being edited is no duplicate of itself.
  const warnings = (check.data?.warnings ?? []).filter(({ because }) => !own || because?.id !== own);
  return {
    warnings: isAsked ? warnings : [],
    isChecking: isAsked && (check.isPending || calm !== asked) && !check.isError,
    error: check.error,
  };
}

function Warning({ warning: { kind, severity, text } }: { warning: MedicineWarning }) {
  const { i18n } = useLingui();
  const kinds = { allergy: i18n.t('Allergy'), interaction: i18n.t('Interaction'), duplicate: i18n.t('Taken already') };
  const isSevere = kind === 'allergy' || /high|severe|major|contra/i.test(severity);
  return (
    <p className={isSevere ? 'told danger' : 'told warn'}>
      <Mark kind={isSevere ? 'danger' : 'warn'}>{kinds[kind] ?? kind}</Mark> <bdi>{text}</bdi>
    </p>
  );
}
