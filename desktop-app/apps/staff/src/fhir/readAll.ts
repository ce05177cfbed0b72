import { api, type Bundle, type FhirResource } from '@holdfast/api';
import { nextOf, resourcesOf } from './merged';

/** Of what is printed there are few pages; a search that never ends must not keep the paper from coming. */
const MOST_PAGES = 10;

/** All that a search finds, page after page. */
export async function readAll<R extends FhirResource>(query: string, signal: AbortSignal): Promise<R[]> {
  const all: R[] = [];
  let next: string | undefined = query;
  for (let page = 0; next && page < MOST_PAGES; page += 1) {
    const bundle: Bundle<R> = await api.search<R>(next, signal);
    all.push(...resourcesOf(bundle));
    next = nextOf(bundle as Bundle<FhirResource>);
  }
  return all;
}
