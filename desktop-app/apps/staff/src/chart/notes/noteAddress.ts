import type { Chart, DocumentReference, FhirResource } from '@holdfast/api';
import { hasCode } from '../../fhir/words';
import type { Note } from './note';

/** Which record a note is. */
export interface NoteRef {
  type: Note['resourceType'];
  id: string;
}

/** Imported notes are of other types, which their addresses name; ours need none. */
const IMPORTED = ['DocumentReference', 'ClinicalImpression'] as const;

/** The part of the address behind "notes/", or behind "note-" on paper. */
export function noteItem({ resourceType, id = '' }: Note): string {
  return resourceType === 'Composition' ? id : `${resourceType}-${id}`;
}

/** Where a note stands in the chart of its patient. */
export function noteTo(note: Note): string {
  return `notes/${noteItem(note)}`;
}

/** Which record an address means. */
export function noteAt(item: string): NoteRef {
  const type = IMPORTED.find((one) => item.startsWith(`${one}-`));
  return type ? { type, id: item.slice(type.length + 1) } : { type: 'Composition', id: item };
}

/** Whether a document is a note that was written elsewhere. */
export function isNote(document: DocumentReference): boolean {
  return document.category?.some((one) => hasCode(one, 'clinical-note')) ?? false;
}

/** Whether a record is of the patient of this chart, or of a record that was joined to it. */
export function isOfChart(resource: FhirResource, { patient, linked = [] }: Chart): boolean {
  const subject =
    'subject' in resource ? (resource.subject as { reference?: string } | undefined)?.reference : undefined;
  return [patient, ...linked].some(({ resource: { id } }) => `/${subject}`.endsWith(`/Patient/${id}`));
}
