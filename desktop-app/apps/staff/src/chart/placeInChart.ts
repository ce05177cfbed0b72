import type { Chart, ChartRecord, FhirResource } from '@holdfast/api';
import { hasCode } from '../fhir/words';
import { isActive } from './medicines/medicine';
import { isOpenProblem } from './problems/problem';

type Lists = Record<string, ChartRecord[]>;

/** The chart with a record in its place: what was saved is seen before the host has answered. What was entered in error goes. */
export function placeInChart(chart: Chart, record: ChartRecord): Chart {
  const { resource } = record;
  if (resource.resourceType === 'Patient') return { ...chart, patient: record as Chart['patient'] };
  const place = placeOf(resource);
  if (!place) return chart;
  if (place === 'vitals')
    return { ...chart, vitals: { ...chart.vitals, latest: put(chart.vitals.latest, record) as never } };
  if (place === 'notes') {
    const isNew = !chart.notes.latest.some((one) => one.resource.id === resource.id);
    return {
      ...chart,
      notes: { total: chart.notes.total + (isNew ? 1 : 0), latest: put(chart.notes.latest, record) as never },
    };
  }
  const lists = chart as unknown as Lists;
  const other = OTHER[place];
  const rest = other ? { [other]: (lists[other] ?? []).filter((one) => one.resource.id !== resource.id) } : {};
  return { ...chart, ...rest, [place]: put(lists[place] ?? [], record) };
}

/** What goes on and what is over are two lists; a record is on one of them. */
const OTHER: Record<string, string> = {
  medicines: 'pastMedicines',
  pastMedicines: 'medicines',
  problems: 'pastProblems',
  pastProblems: 'problems',
};

/** The chart without a record: its save was refused, and it had not been there before. */
export function removeFromChart(chart: Chart, resource: FhirResource): Chart {
  const keep = (all: ChartRecord[]) => all.filter((one) => one.resource.id !== resource.id);
  const place = placeOf(resource);
  if (!place) return chart;
  if (place === 'vitals') return { ...chart, vitals: { ...chart.vitals, latest: keep(chart.vitals.latest) as never } };
  if (place === 'notes')
    return { ...chart, notes: { total: chart.notes.total - 1, latest: keep(chart.notes.latest) as never } };
  return { ...chart, [place]: keep((chart as unknown as Lists)[place] ?? []) };
}

/** The record of a chart with this type and id. */
export function findInChart(chart: Chart, resource: FhirResource): ChartRecord | undefined {
  if (resource.resourceType === 'Patient') return chart.patient;
  const place = placeOf(resource);
  if (!place) return undefined;
  const lists = chart as unknown as Lists;
  const all: ChartRecord[] =
    place === 'vitals'
      ? chart.vitals.latest
      : place === 'notes'
        ? chart.notes.latest
        : [...(lists[place] ?? []), ...(lists[OTHER[place] ?? ''] ?? [])];
  return all.find((one) => one.resource.id === resource.id);
}

function placeOf(resource: FhirResource): string | undefined {
  switch (resource.resourceType) {
    case 'AllergyIntolerance':
      return 'allergies';
    case 'MedicationRequest':
    case 'MedicationStatement':
      return isActive(resource) ? 'medicines' : 'pastMedicines';
    case 'Condition':
      return isOpenProblem(resource) ? 'problems' : 'pastProblems';
    case 'Composition':
      return 'notes';
    case 'Immunization':
      return 'immunizations';
    case 'DocumentReference':
      return 'documents';
    case 'FamilyMemberHistory':
      return 'familyHistory';
    case 'Encounter':
      return 'encounters';
    case 'Observation':
      return resource.category?.some((one) => hasCode(one, 'vital-signs')) ? 'vitals' : 'results';
    default:
      return undefined;
  }
}

function put(all: ChartRecord[], record: ChartRecord): ChartRecord[] {
  if (isInError(record.resource)) return all.filter((one) => one.resource.id !== record.resource.id);
  if (!all.some((one) => one.resource.id === record.resource.id)) return [record, ...all];
  return all.map((one) => (one.resource.id === record.resource.id ? record : one));
}

/** Whether a record says of itself that it should not be there. */
export function isInError(resource: FhirResource): boolean {
  if ('verificationStatus' in resource) {
    return hasCode(resource.verificationStatus as never, 'entered-in-error');
  }
  return 'status' in resource && resource.status === 'entered-in-error';
}
