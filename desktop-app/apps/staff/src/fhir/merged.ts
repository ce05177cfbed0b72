// Several searches as one list, the newest first: the host pages each by itself.
import { api, type Bundle, type FhirResource } from '@holdfast/api';

/** The address of a page, by search. */
export type Addresses = Record<string, string>;
/** A page of some of the searches. */
export type Pages = Record<string, Bundle<FhirResource>>;

/** What is known of one search. */
export interface Stream<T> {
  name: string;
  /** The newest first. */
  items: T[];
  /** Where it goes on, if it does. */
  next?: string;
}

/** What all pages have of one search, and where it goes on. */
export function streamOf<T>(name: string, pages: Pages[], itemsOf: (own: Bundle<FhirResource>[]) => T[]): Stream<T> {
  const own = pages.flatMap((page) => page[name] ?? []);
  return { name, items: itemsOf(own), next: nextOf(own.at(-1)) };
}

/** What is known without a gap, the newest first. */
export function knownOf<T>(streams: Stream<T>[], timeOf: (item: T) => number): T[] {
  const horizon = horizonOf(streams, timeOf);
  const known = streams.flatMap(({ items }) => items).filter((item) => timeOf(item) >= horizon);
  return known.sort((a, b) => timeOf(b) - timeOf(a));
}

/** The pages that are needed to look further back: of the searches that end first. None at the end. */
export function dueOf<T>(streams: Stream<T>[], timeOf: (item: T) => number): Addresses | undefined {
  const horizon = horizonOf(streams, timeOf);
  const due = streams.filter(({ items, next }) => next && lastTime(items, timeOf) >= horizon);
  return due.length > 0 ? Object.fromEntries(due.map(({ name, next = '' }) => [name, next])) : undefined;
}

/** Reads a page of each search. */
export async function readPages(addresses: Addresses, signal: AbortSignal): Promise<Pages> {
  const names = Object.entries(addresses);
  const bundles = await Promise.all(names.map(([, address]) => api.search<FhirResource>(address, signal)));
  return Object.fromEntries(names.map(([name], index) => [name, bundles[index] as Bundle<FhirResource>]));
}

/** The resources of a page. */
export function resourcesOf<R extends FhirResource>(bundle: Bundle<R>): R[] {
  return (bundle.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : []));
}

/** Until when everything is known: beyond it, a search that goes on may have something in between. */
function horizonOf<T>(streams: Stream<T>[], timeOf: (item: T) => number): number {
  return Math.max(...streams.map(({ items, next }) => (next ? lastTime(items, timeOf) : Number.NEGATIVE_INFINITY)));
}

function lastTime<T>(items: T[], timeOf: (item: T) => number): number {
  const last = items.at(-1);
  return last === undefined ? Number.NEGATIVE_INFINITY : timeOf(last);
}

/** The next page, as the part behind "/fhir/": the host gives whole addresses. */
export function nextOf(bundle: Bundle<FhirResource> | undefined): string | undefined {
  const next = bundle?.link?.find(({ relation }) => relation === 'next')?.url;
  const at = next?.indexOf('/fhir/') ?? -1;
  return next && at >= 0 ? next.slice(at + '/fhir/'.length) : undefined;
}
