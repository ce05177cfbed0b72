import { path } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { type Addresses, dueOf, knownOf, type Pages, type Stream, streamOf } from '../../fhir/merged';
import { type Event, eventsOf } from './timeline';

const PAGE = 40;

/** What happens to a patient, by type, and what the host sorts it by. */
const SORTED: Record<string, string> = {
  Encounter: '-date',
  Composition: '-date',
  Condition: '-onset-date',
  MedicationRequest: '-authoredon',
  Immunization: '-date',
  DocumentReference: '-date',
  Procedure: '-date',
  Observation: '-date',
};

/** The first page of each type, the newest first; of several records, by ids with commas, all of them. */
export function firstPages(patient: string): Addresses {
  return Object.fromEntries(
    Object.entries(SORTED).map(([type, sort]) => [type, path(type, { patient, _sort: sort, _count: PAGE })]),
  );
}

function streamsOf(i18n: I18n, pages: Pages[]): Stream<Event>[] {
  return Object.keys(SORTED).map((type) => streamOf(type, pages, (own) => eventsOf(i18n, own)));
}

/** What is known without a gap, the newest first. Measurements of one moment are one event. */
export function knownEvents(i18n: I18n, pages: Pages[]): Event[] {
  return together(knownOf(streamsOf(i18n, pages), timeOf));
}

/** The pages that are needed to look further back. None at the end. */
export function nextPages(i18n: I18n, pages: Pages[]): Addresses | undefined {
  return dueOf(streamsOf(i18n, pages), timeOf);
}

function together(events: Event[]): Event[] {
  const all: Event[] = [];
  for (const event of events) {
    const last = all.at(-1);
    if (last?.at === event.at && last.kind === event.kind && last.to === event.to && event.isMeasured)
      all[all.length - 1] = { ...last, text: `${last.text} · ${event.text}` };
    else all.push(event);
  }
  return all;
}

function timeOf(event: Event): number {
  return new Date(event.at).getTime();
}
