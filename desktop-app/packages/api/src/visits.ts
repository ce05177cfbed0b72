// The staff app's part of visits over HTTP: what is there before and after the socket (docs/visit-messages.md). Instants are RFC 3339.
import { ask, path } from './client';

export interface VisitLink {
  id: string;
  member: string;
  role: 'patient' | 'family' | 'interpreter' | 'clinician';
  name: string;
  singleDevice: boolean;
  expires: string;
  /** As long as it is in force. */
  url?: string;
  revoked?: boolean;
  used?: boolean;
}

export interface Visit {
  id: string;
  version: string;
  status: 'planned' | 'waiting' | 'running' | 'ended';
  /** Encrypted end to end: the secret stands in the links alone, and the node does not know it. */
  sealed: boolean;
  encounter?: string;
  appointment?: string;
  patient: { id: string; name: string; birthDate?: string; number?: string; phone?: string };
  scheduled?: string;
  started?: string;
  ended?: string;
  summary?: { text: string; next?: string; at: string };
  links: VisitLink[];
  call: { clinic?: string; phone?: string; bridge?: { phone: string; pin?: string }; canCall: boolean };
}

/** A token for the socket: this person as a clinician. */
export interface VisitEntry {
  token: string;
  expires: string;
  member: string;
}

export interface VisitClinician {
  ref: string;
  name: string;
  /** Whether they have the app open. */
  here: boolean;
}

const BASE = '/api/visits';
const at = (id: string) => `${BASE}/${encodeURIComponent(id)}`;

/** Every call of visits. */
export const visits = {
  /** Of an appointment, or of a patient who has none. The appointment's visit, if it has one already. */
  create: (body: { id: string; appointment?: string; patient?: string; sealed?: boolean }) =>
    ask<Visit>('POST', BASE, { body }),
  of: (appointment: string, signal?: AbortSignal) =>
    ask<{ visits: Visit[] }>('GET', path(BASE, { appointment }), { signal }).then(({ visits }) => visits),
  get: (id: string, signal?: AbortSignal) => ask<Visit>('GET', at(id), { signal }),
  clinicians: (id: string) =>
    ask<{ clinicians: VisitClinician[] }>('GET', `${at(id)}/clinicians`).then(({ clinicians }) => clinicians),
  join: (id: string) => ask<VisitEntry>('POST', `${at(id)}/join`, { body: {} }),
  /** The same id again gives the same link. */
  link: (
    id: string,
    body: {
      id: string;
      role: 'patient' | 'family' | 'interpreter';
      name: string;
      singleDevice: boolean;
      hours?: number;
    },
  ) => ask<VisitLink>('POST', `${at(id)}/links`, { body }),
  revoke: (id: string, link: string) => ask<void>('DELETE', `${at(id)}/links/${encodeURIComponent(link)}`),
  end: (id: string, body: { summary: string; next?: string }) => ask<Visit>('POST', `${at(id)}/end`, { body }),
  /** Opens the room in a window of a browser that can: on a desktop by its host, else by the URL that comes back. */
  window: (id: string, body: { fragment?: string }) =>
    ask<{ opened: boolean; url?: string }>('POST', `${at(id)}/window`, { body }),
};
