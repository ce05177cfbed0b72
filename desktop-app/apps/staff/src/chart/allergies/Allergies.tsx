import type { AllergyIntolerance } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { textOf } from '../../fhir/words';
import { useChart } from '../ChartContext';
import { RecordPanel } from '../RecordPanel';
import { useSection } from '../useSection';
import { AllergyForm } from './AllergyForm';
import { AllergyRow } from './AllergyRow';

/** What a patient does not tolerate. */
export default function Allergies({ adding }: { adding: boolean }) {
  const { i18n } = useLingui();
  const { chart } = useChart();
  const section = useSection<AllergyIntolerance>('allergies', adding);
  return (
    <>
      <RecordPanel
        title={i18n.t('Allergies')}
        records={chart.allergies}
        empty={i18n.t('Nothing recorded. Ask, and write down “no known allergies” if there are none.')}
        add={{ to: 'allergies/new', label: i18n.t('Add an allergy') }}
        row={({ resource }) => <AllergyRow allergy={resource} />}
        actions={(record) => [section.edit(record), section.takeOut(record, textOf(record.resource.code))]}
      />
      {section.isFormOpen && <AllergyForm edited={section.edited} onClose={section.closeForm} />}
    </>
  );
}
