import { type Chart, type Encounter, type FhirResource, type Observation, path } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { appendedTo, type Note } from '../chart/notes/note';
import { isOfChart } from '../chart/notes/noteAddress';
import { isInError } from '../chart/placeInChart';
import { patientsOf } from '../chart/references';
import { vitalName, vitalText } from '../chart/vitals/vitals';
import { readAll } from '../fhir/readAll';
import { isolated, textOf } from '../fhir/words';
import { timeWords } from '../time/ahead';
import { nowInstant } from '../time/dates';

const PAGE = 100;

/** What was measured and written at one visit. */
export interface VisitRecords {
  visit?: Encounter;
  measured: Observation[];
  notes: Note[];
}

/** Reads a visit with all that belongs to it, and nothing of another one. */
export async function readVisit(chart: Chart, encounter: string, signal: AbortSignal): Promise<VisitRecords> {
  const of = { encounter: `Encounter/${encounter}`, _count: PAGE };
  const [visits, measured, ...notes] = await Promise.all([
    readAll<Encounter>(path('Encounter', { _id: encounter }), signal),
    readAll<Observation>(path('Observation', of), signal),
    readAll<Note>(path('Composition', of), signal),
    readAll<Note>(path('DocumentReference', { ...of, category: 'clinical-note' }), signal),
    readAll<Note>(path('ClinicalImpression', of), signal),
  ]);
  const written = notes.flat().filter((note) => isOfChart(note, chart));
  const added = await readAddenda(written, signal);
  return {
    visit: visits.find((one) => isOfChart(one, chart)),
    measured: measuredOf(chart, measured),
    notes: inOrder([...written, ...added.filter(({ id }) => !written.some((note) => note.id === id))]),
  };
}

/** What was measured on the day of a note that belongs to no visit. */
export async function readDay(chart: Chart, at: string, signal: AbortSignal): Promise<Observation[]> {
  const [start, end] = dayOf(at);
  const patient = patientsOf(chart);
  const since = path('Observation', { patient, category: 'vital-signs', date: `ge${start}`, _count: PAGE });
  return measuredOf(chart, await readAll<Observation>(`${since}&date=lt${encodeURIComponent(end)}`, signal));
}

/** What counts of what was found, the earliest first. */
export function measuredOf(chart: Chart, found: Observation[]): Observation[] {
  return found
    .filter((one) => isOfChart(one, chart) && !isInError(one as FhirResource) && one.status !== 'cancelled')
    .sort((a, b) => timeOf(a) - timeOf(b));
}

/** A line of paper: what, how much, when. */
export function measuredLine(i18n: I18n, one: Observation, locale: string): string {
  const code = one.code.coding?.[0]?.code ?? '';
  const known = vitalName(i18n, code);
  const name = known === code ? textOf(one.code) || code : known;
  return [`${name}: ${isolated(vitalText(i18n, one))}`, timeWords(i18n, whenOf(one), locale)]
    .filter(Boolean)
    .join(', ');
}

/** The day of an instant where this device is, from its beginning to the next one's. */
export function dayOf(at: string): [string, string] {
  // A date alone is that day here, not the midnight of Greenwich.
  const start = at.length > 10 ? new Date(at) : new Date(`${at}T00:00:00`);
  start.setHours(0, 0, 0, 0);
  const end = new Date(start);
  end.setDate(end.getDate() + 1);
  return [nowInstant(start), nowInstant(end)];
}

/** Each note before what was added to it. */
export function inOrder(notes: Note[]): Note[] {
  const known = new Set(notes.map(({ id }) => id));
  const sorted = [...notes].sort((a, b) => new Date(a.date ?? 0).getTime() - new Date(b.date ?? 0).getTime());
  const tops = sorted.filter((note) => !known.has(appendedTo(note)));
  return tops.flatMap((top) => [top, ...sorted.filter((note) => appendedTo(note) === top.id)]);
}

async function readAddenda(notes: Note[], signal: AbortSignal): Promise<Note[]> {
  const targets = notes
    .filter(({ resourceType }) => resourceType === 'Composition')
    .map(({ id }) => `Composition/${id}`);
  if (targets.length === 0) return [];
  return readAll<Note>(path('Composition', { 'related-ref': targets.join(','), _count: PAGE }), signal);
}

function whenOf(one: Observation): string | undefined {
  return one.effectiveDateTime ?? one.effectivePeriod?.start ?? one.effectiveInstant ?? one.issued;
}

function timeOf(one: Observation): number {
  return new Date(whenOf(one) ?? 0).getTime();
}
