import type { Condition } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { textOf } from '../../fhir/words';
import { today } from '../../time/dates';
import { useChart } from '../ChartContext';
import { RecordPanel } from '../RecordPanel';
import type { Saveable } from '../useSave';
import { useSection } from '../useSection';
import { ProblemForm } from './ProblemForm';
import { ProblemRow } from './ProblemRow';
import { CLINICAL, isOpenProblem } from './problem';

/** What is wrong, and what was. */
export default function Problems({ adding }: { adding: boolean }) {
  const { i18n } = useLingui();
  const { chart } = useChart();
  const section = useSection<Condition>('problems', adding);
  const setState = (problem: Condition, code: 'active' | 'resolved') =>
    section.save({
      resources: [
        {
          ...problem,
          clinicalStatus: { coding: [{ system: CLINICAL, code }] },
          abatementDateTime: code === 'resolved' ? today() : undefined,
        } as Saveable,
      ],
      what:
        code === 'resolved'
          ? i18n.t('{name} is over', { name: textOf(problem.code) })
          : i18n.t('{name} is open again', { name: textOf(problem.code) }),
    });
  const sorted = [...chart.problems, ...(chart.pastProblems ?? [])].sort(
    (a, b) => Number(isOpenProblem(b.resource)) - Number(isOpenProblem(a.resource)),
  );
  return (
    <>
      <RecordPanel
        title={i18n.t('Problems')}
        records={sorted}
        empty={i18n.t('No problems recorded yet.')}
        add={{ to: 'problems/new', label: i18n.t('Add a problem') }}
        row={({ resource }) => <ProblemRow problem={resource} />}
        actions={(record) => [
          section.edit(record),
          isOpenProblem(record.resource)
            ? { label: i18n.t('It is over'), run: () => setState(record.resource, 'resolved') }
            : { label: i18n.t('Open it again'), run: () => setState(record.resource, 'active') },
          section.takeOut(record, textOf(record.resource.code)),
        ]}
      />
      {section.isFormOpen && <ProblemForm edited={section.edited} onClose={section.closeForm} />}
    </>
  );
}
