import type { CodeableConcept, Immunization } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { textOf } from '../../fhir/words';
import { CodeField } from '../../forms/CodeField';
import { DateField } from '../../forms/DateField';
import { showDate, today } from '../../time/dates';
import { useChart } from '../ChartContext';
import { FormDialog } from '../FormDialog';
import { RecordPanel } from '../RecordPanel';
import { useRecordForm } from '../useRecordForm';
import { useSection } from '../useSection';

/** What somebody was vaccinated against. */
export default function Immunizations({ adding }: { adding: boolean }) {
  const { i18n } = useLingui();
  const { chart } = useChart();
  const section = useSection<Immunization>('immunizations', adding);
  return (
    <>
      <RecordPanel
        title={i18n.t('Immunizations')}
        records={chart.immunizations}
        empty={i18n.t('No immunizations recorded yet.')}
        add={{ to: 'immunizations/new', label: i18n.t('Add an immunization') }}
        row={({ resource }) => <Row immunization={resource} />}
        actions={(record) => [section.takeOut(record, textOf(record.resource.vaccineCode))]}
      />
      {section.isFormOpen && <Form onClose={section.closeForm} />}
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
  const { recordId, subject, author, store: save } = useRecordForm<Immunization>(onClose);
  const [vaccineCode, setCode] = useState<CodeableConcept>({});
  const [date, setDate] = useState(today());
  const [lot, setLot] = useState('');
  const store = () => {
    const resource: Immunization & { id: string } = {
      resourceType: 'Immunization',
      id: recordId,
      status: 'completed',
      vaccineCode,
      patient: subject,
      occurrenceDateTime: date,
      lotNumber: lot.trim() || undefined,
      performer: [{ actor: author }],
      primarySource: true,
    };
    save(resource, i18n.t('Saved: {name}', { name: textOf(vaccineCode) }));
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
