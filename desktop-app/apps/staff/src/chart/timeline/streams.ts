import { type Bundle, type FhirResource, path } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
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

/** The address of a page, by type. */
export type Addresses = Record<string, string>;
/** A page of some of the types. */
export type Pages = Record<string, Bundle<FhirResource>>;

/** The first page of each type, the newest first. */
export function firstPages(patient: string): Addresses {
  return Object.fromEntries(
    Object.entries(SORTED).map(([type, sort]) => [type, path(type, { patient, _sort: sort, _count: PAGE })]),
  );
}

interface Stream {
  type: string;
  events: Event[];
  /** Where it goes on, if it does. */
  next?: string;
}

function streamsOf(i18n: I18n, pages: Pages[]): Stream[] {
  return Object.keys(SORTED).map((type) => {
    const own = pages.flatMap((page) => page[type] ?? []);
    return { type, events: eventsOf(i18n, own), next: nextOf(own.at(-1)) };
  });
}

/** Until when everything is known: beyond it, a type that goes on may have something in between. */
function horizonOf(streams: Stream[]): number {
  return Math.max(...streams.map(({ events, next }) => (next ? timeOf(events.at(-1)) : Number.NEGATIVE_INFINITY)));
}

/** What is known without a gap, the newest first. Measurements of one moment are one event. */
export function knownEvents(i18n: I18n, pages: Pages[]): Event[] {
  const streams = streamsOf(i18n, pages);
  const horizon = horizonOf(streams);
  const known = streams.flatMap(({ events }) => events).filter((event) => timeOf(event) >= horizon);
  return together(known.sort((a, b) => timeOf(b) - timeOf(a)));
}

/** The pages that are needed to look further back: of the types that end first. None at the end. */
export function nextPages(i18n: I18n, pages: Pages[]): Addresses | undefined {
  const streams = streamsOf(i18n, pages);
  const horizon = horizonOf(streams);
  const due = streams.filter(({ events, next }) => next && timeOf(events.at(-1)) >= horizon);
  return due.length > 0 ? Object.fromEntries(due.map(({ type, next = '' }) => [type, next])) : undefined;
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

function timeOf(event: Event | undefined): number {
  return event ? new Date(event.at).getTime() : Number.NEGATIVE_INFINITY;
}

/** The next page, as the part behind "/fhir/": the host gives whole addresses. */
function nextOf(bundle: Bundle<FhirResource> | undefined): string | undefined {
  const next = bundle?.link?.find(({ relation }) => relation === 'next')?.url;
  const at = next?.indexOf('/fhir/') ?? -1;
  return next && at >= 0 ? next.slice(at + '/fhir/'.length) : undefined;
}
