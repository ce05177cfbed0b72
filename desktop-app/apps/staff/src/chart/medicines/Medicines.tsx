import type { ChartRecord } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { textOf } from '../../fhir/words';
import { useChart } from '../ChartContext';
import { RecordPanel } from '../RecordPanel';
import type { Saveable } from '../useSave';
import { useSection } from '../useSection';
import { MedicineForm } from './MedicineForm';
import { MedicineRow } from './MedicineRow';
import { conceptOf, isActive, type Medicine } from './medicine';

/** What a patient takes, and took. */
export default function Medicines({ adding }: { adding: boolean }) {
  const { i18n } = useLingui();
  const { chart } = useChart();
  const section = useSection<Medicine>('medicines', adding);
  const nameOf = (medicine: Medicine) => textOf(conceptOf(medicine));
  const stop = (medicine: Medicine) => {
    const status = medicine.resourceType === 'MedicationRequest' ? 'stopped' : 'completed';
    section.save({
      resources: [{ ...medicine, status } as Saveable],
      what: i18n.t('{name} is stopped', { name: nameOf(medicine) }),
    });
  };
  const actionsOf = (record: ChartRecord<Medicine>) => {
    const { resource } = record;
    return [
      ...(resource.resourceType === 'MedicationRequest' ? [section.edit(record)] : []),
      ...(isActive(resource) ? [{ label: i18n.t('Stop'), run: () => stop(resource) }] : []),
      section.takeOut(record, nameOf(resource)),
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
        actions={actionsOf}
      />
      {section.isFormOpen && <MedicineForm edited={section.edited} onClose={section.closeForm} />}
    </>
  );
}
