import type { ChartRecord } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useState } from 'react';
import { textOf } from '../../fhir/words';
import { useChart } from '../ChartContext';
import { enteredInError } from '../inError';
import { RecordPanel } from '../RecordPanel';
import { type Saveable, useSave } from '../useSave';
import { MedicineForm } from './MedicineForm';
import { MedicineRow } from './MedicineRow';
import { conceptOf, isActive, type Medicine } from './medicine';

/** What a patient takes, and took. */
export default function Medicines({ adding }: { adding: boolean }) {
  const { i18n } = useLingui();
  const { chart, id, go } = useChart();
  const save = useSave(id);
  const [edited, setEdited] = useState<ChartRecord<Medicine>>();
  const close = () => {
    setEdited(undefined);
    if (adding) go('medicines');
  };
  const nameOf = (medicine: Medicine) => ({ name: textOf(conceptOf(medicine)) });
  const stop = (medicine: Medicine) => {
    const status = medicine.resourceType === 'MedicationRequest' ? 'stopped' : 'completed';
    save({ resources: [{ ...medicine, status } as Saveable], what: i18n.t('{name} is stopped', nameOf(medicine)) });
  };
  const actionsOf = (record: ChartRecord<Medicine>) => {
    const { resource } = record;
    return [
      ...(resource.resourceType === 'MedicationRequest'
        ? [{ label: i18n.t('Edit'), run: () => setEdited(record) }]
        : []),
      ...(isActive(resource) ? [{ label: i18n.t('Stop'), run: () => stop(resource) }] : []),
      {
        label: i18n.t('Entered in error'),
        run: () =>
          save({
            resources: [enteredInError(resource) as Saveable],
            what: i18n.t('{name} is taken out of the chart', nameOf(resource)),
          }),
      },
    ];
  };
  const sorted = [...chart.medicines, ...(chart.pastMedicines ?? [])].sort(
    (a, b) => Number(isActive(b.resource)) - Number(isActive(a.resource)),
  );
  return (
    <>
      <RecordPanel
        title={i18n.t('Medicines')}
        records={sorted}
        empty={i18n.t('No medicines recorded yet.')}
        add={{ to: 'medicines/new', label: i18n.t('Add a medicine') }}
        row={({ resource }) => <MedicineRow medicine={resource} />}
        actions={(record) => actionsOf(record)}
      />
      {(adding || edited) && <MedicineForm edited={edited} onClose={close} />}
    </>
  );
}
