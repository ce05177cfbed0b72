import { api, Problem } from '@holdfast/api';

/** Where a window keeps what is typed in it. */
export interface Place {
  key: string;
  /** What this window has seen there; none: nothing was there. */
  version?: string;
  /** Set once it keeps a draft of its own: what makes the records of that draft others. */
  apart?: string;
}

interface Draft {
  patient?: string;
  form: string;
  body: unknown;
}

/**
 * Keeps a draft. If another window, or another device, went on with it meanwhile, or finished it, this one goes on with a
 * draft of its own: neither writes over the other.
 * @returns where it is kept now.
 */
export async function keepDraft(
  place: Place,
  draft: Draft,
  newPlace: () => { key: string; apart: string; body: unknown },
): Promise<Place> {
  try {
    const { version } = await api.saveDraft(place.key, draft, place.version);
    return { ...place, version };
  } catch (error) {
    if (!isOvertaken(error)) throw error;
  }
  const there = (await api.drafts()).find(({ key }) => key === place.key);
  // It is this window's own: the answer to an earlier try was lost.
  if (there && isSame(there.body, draft.body)) return { ...place, version: there.version };
  const { key, apart, body } = newPlace();
  const { version } = await api.saveDraft(key, { ...draft, body });
  return { key, version, apart };
}

function isOvertaken(error: unknown): boolean {
  return error instanceof Problem && ['stale-version', 'exists', 'not-found', 'gone'].includes(error.code);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
