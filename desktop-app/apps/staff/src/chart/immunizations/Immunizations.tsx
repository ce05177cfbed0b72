import type { CodeableConcept, Immunization } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { newId } from '../../app/newId';
import { textOf } from '../../fhir/words';
import { CodeField } from '../../forms/CodeField';
import { DateField } from '../../forms/DateField';
import { useSession } from '../../session/SessionContext';
import { showDate, today } from '../../time/dates';
import { useChart } from '../ChartContext';
import { FormDialog } from '../FormDialog';
import { enteredInError } from '../inError';
import { RecordPanel } from '../RecordPanel';
import { authorOf, subjectOf } from '../references';
import { type Saveable, useSave } from '../useSave';

/** What somebody was vaccinated against. */
export default function Immunizations({ adding }: { adding: boolean }) {
  const { i18n } = useLingui();
  const { chart, id, go } = useChart();
  const save = useSave(id);
  return (
    <>
      <RecordPanel
        title={i18n.t('Immunizations')}
        records={chart.immunizations}
        empty={i18n.t('No immunizations recorded yet.')}
        add={{ to: 'immunizations/new', label: i18n.t('Add an immunization') }}
        row={({ resource }) => <Row immunization={resource} />}
        actions={({ resource }) => [
          {
            label: i18n.t('Entered in error'),
            run: () =>
              save({
                resources: [enteredInError(resource) as Saveable],
                what: i18n.t('{name} is taken out of the chart', { name: textOf(resource.vaccineCode) }),
              }),
          },
        ]}
      />
      {adding && <Form onClose={() => go('immunizations')} />}
    </>
  );
}

function Row({ immunization }: { immunization: Immunization }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  return (
    <>
      <bdi className="main">{textOf(immunization.vaccineCode)}</bdi>
      <span className="soft number">
        {showDate(immunization.occurrenceDateTime, locale) || immunization.occurrenceString}
      </span>
      {immunization.lotNumber && (
        <span className="soft small">{i18n.t('Lot {lot}', { lot: immunization.lotNumber })}</span>
      )}
    </>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const { i18n } = useLingui();
  const { session } = useSession();
  const { id } = useChart();
  const save = useSave(id);
  const [newRecord] = useState(newId);
  const [vaccineCode, setCode] = useState<CodeableConcept>({});
  const [date, setDate] = useState(today());
  const [lot, setLot] = useState('');
  const store = () => {
    const resource: Immunization & { id: string } = {
      resourceType: 'Immunization',
      id: newRecord,
      status: 'completed',
      vaccineCode,
      patient: subjectOf(id),
      occurrenceDateTime: date,
      lotNumber: lot.trim() || undefined,
      performer: [{ actor: authorOf(session) }],
      primarySource: true,
    };
    save({ resources: [resource], what: i18n.t('Saved: {name}', { name: textOf(vaccineCode) }) });
    onClose();
  };
  return (
    <FormDialog
      title={i18n.t('Add an immunization')}
      onClose={onClose}
      onSave={store}
      incomplete={!vaccineCode.text?.trim() || !date}
    >
      <CodeField
        label={i18n.t('Vaccine')}
        description={i18n.t('CVX, or your own words')}
        system="cvx"
        value={vaccineCode}
        onChange={setCode}
        autoFocus
      />
      <DateField label={i18n.t('Given on')} value={date} onChange={setDate} />
      <TextInput
        label={i18n.t('Lot number')}
        dir="ltr"
        value={lot}
        onChange={(event) => setLot(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
