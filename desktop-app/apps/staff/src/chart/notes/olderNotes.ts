import { type Bundle, type ChartRecord, type FhirResource, path } from '@holdfast/api';
import { type Addresses, dueOf, knownOf, type Pages, resourcesOf, type Stream, streamOf } from '../../fhir/merged';
import { appendedTo, type Note } from './note';

const PAGE = 20;

/** Of which types notes are; ours are Compositions. */
const SEARCHES: Record<string, Record<string, string>> = {
  Composition: {},
  DocumentReference: { category: 'clinical-note' },
  ClinicalImpression: {},
};

/** A note on the screen: where it is by now is known of those in the chart alone. */
export type Shown = Pick<ChartRecord<Note>, 'resource'> & { record?: ChartRecord<Note> };

/** A note with what was added to it, in the order in which that was written. */
export interface Thread extends Shown {
  addenda: Shown[];
}

/** The first page of each type, the newest first. */
export function firstNotes(patient: string): Addresses {
  return Object.fromEntries(
    Object.entries(SEARCHES).map(([type, more]) => [
      type,
      path(type, { patient, ...more, _sort: '-date', _count: PAGE }),
    ]),
  );
}

/** The pages that are needed to look further back. None at the end. */
export function nextNotes(pages: Pages[]): Addresses | undefined {
  return dueOf(streamsOf(pages), timeOf);
}

/** All notes that are known, the newest first, each once; those that the chart has are as the chart has them. */
export function threadsOf(latest: ChartRecord<Note>[], pages: Pages[]): Thread[] {
  const older = pages.length > 0 ? knownOf(streamsOf(pages), timeOf) : [];
  const inChart = new Set(latest.map(({ resource }) => resource.id));
  const all: Shown[] = [
    ...latest.map((record) => ({ resource: record.resource, record })),
    ...older.filter(({ id }) => !inChart.has(id)).map((resource) => ({ resource })),
  ].sort((a, b) => timeOf(b.resource) - timeOf(a.resource));
  const known = new Set(all.map(({ resource }) => resource.id));
  // An addendum whose note is not known yet stands by itself until it is.
  return all
    .filter(({ resource }) => !known.has(appendedTo(resource) ?? ''))
    .map((one) => ({ ...one, addenda: addendaOf(one.resource, all) }));
}

/** What was added to a note, the oldest first. */
export function addendaOf(note: Note, all: Shown[]): Shown[] {
  return all
    .filter(({ resource }) => appendedTo(resource) === note.id)
    .sort((a, b) => timeOf(a.resource) - timeOf(b.resource));
}

function streamsOf(pages: Pages[]): Stream<Note>[] {
  return Object.keys(SEARCHES).map((type) => streamOf(type, pages, notesOf));
}

function notesOf(bundles: Bundle<FhirResource>[]): Note[] {
  return bundles.flatMap(resourcesOf).filter((one): one is Note => Object.hasOwn(SEARCHES, one.resourceType));
}

function timeOf(note: Note): number {
  return new Date(note.date ?? 0).getTime();
}
