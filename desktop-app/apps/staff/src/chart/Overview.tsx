import { useLingui } from '@holdfast/i18n';
import { AllergyRow } from './allergies/AllergyRow';
import { useChart } from './ChartContext';
import { MedicineRow } from './medicines/MedicineRow';
import { isActive } from './medicines/medicine';
import { LastNote } from './notes/LastNote';
import { ProblemRow } from './problems/ProblemRow';
import { isOpenProblem } from './problems/problem';
import { RecordPanel } from './RecordPanel';
import { LastVitals } from './vitals/LastVitals';

const GLANCE = 7;

/** What one must know before anything else: allergies, medicines, last vitals, last note. */
export function Overview() {
  const { i18n } = useLingui();
  const { chart } = useChart();
  return (
    <div className="overview">
      <div className="stack">
        <RecordPanel
          title={i18n.t('Allergies')}
          records={chart.allergies}
          empty={i18n.t('Nothing recorded. Ask, and write down “no known allergies” if there are none.')}
          add={{ to: 'allergies/new', label: i18n.t('Add an allergy') }}
          row={(record) => <AllergyRow allergy={record.resource} />}
          most={GLANCE}
          all="allergies"
          brief
        />
        <RecordPanel
          title={i18n.t('Problems')}
          records={chart.problems.filter(({ resource }) => isOpenProblem(resource))}
          empty={i18n.t('No open problems.')}
          add={{ to: 'problems/new', label: i18n.t('Add a problem') }}
          row={(record) => <ProblemRow problem={record.resource} />}
          most={GLANCE}
          all="problems"
          brief
        />
      </div>
      <RecordPanel
        title={i18n.t('Medicines')}
        records={chart.medicines.filter(({ resource }) => isActive(resource))}
        empty={i18n.t('No medicines.')}
        add={{ to: 'medicines/new', label: i18n.t('Add a medicine') }}
        row={(record) => <MedicineRow medicine={record.resource} />}
        most={2 * GLANCE}
        all="medicines"
        brief
      />
      <div className="stack">
        <LastVitals />
        <LastNote />
      </div>
    </div>
  );
}
