import type { Chart, ChartRecord, FhirResource } from '@holdfast/api';
import { isInError } from './placeInChart';

/** The chart without what says of itself that it should not be there: an allergy that was undone harms nobody. */
export function withoutErrors(chart: Chart): Chart {
  return {
    ...chart,
    allergies: good(chart.allergies),
    medicines: good(chart.medicines),
    problems: good(chart.problems),
    pastMedicines: good(chart.pastMedicines ?? []),
    pastProblems: good(chart.pastProblems ?? []),
    vitals: { ...chart.vitals, latest: good(chart.vitals.latest) },
    immunizations: good(chart.immunizations),
    results: good(chart.results),
    documents: good(chart.documents),
    familyHistory: good(chart.familyHistory),
  };
}

function good<R extends FhirResource>(records: ChartRecord<R>[]): ChartRecord<R>[] {
  return records.filter(({ resource }) => !isInError(resource));
}
