// What the hub answers to patients, under /api/book; the hub's own /api/openapi.json describes it. Nobody signs in: a one-time code goes
// to the phone number or the e-mail address, and a link holds the right to one appointment.

export interface VisitType {
  id: string;
  name: string;
  minutes: number;
  remote: boolean;
}

// GET /api/book
export interface Clinics {
  clinics: { id: string; name: string }[];
}

// GET /api/book/clinic/{clinic}
export interface Clinic {
  name: string;
  timeZone: string;
  phone?: string;
  types: VisitType[];
}

export interface Slot {
  start: string;
  end: string;
  /** Made by the hub: names what is taken with the time. */
  slot: string;
  /** Who sees the patient, in words. */
  with?: string;
}

// GET /api/book/clinic/{clinic}/free?type=&from=&cursor= : the hub's own times; while it has none, those that can be asked for (`request`)
export interface Free {
  slots: Slot[];
  next?: string;
  request: boolean;
}

export interface Who {
  name: string;
  birthDate: string;
  /** A phone number or an e-mail address: the code goes there. */
  contact: string;
}

// POST /api/book/clinic/{clinic}/code  { id, who, language } → 202; the same id again sends the same code again
// POST /api/book/clinic/{clinic}       { id, code, who, type, slot, note?, language } → 201 Mine | 403 code-wrong { triesLeft } | 409 slot-taken { instead }
export interface Asked {
  /** Made here: the same again is the same booking. */
  id: string;
  code: string;
  who: Who;
  type: string;
  slot: string;
  note?: string;
  language: string;
}

// GET /api/book/mine/{link} → Mine   POST …/move { slot }   POST …/cancel   GET …/calendar.ics
export interface Mine {
  /** The right to this appointment. A move may make a request beside it, which has a link of its own. */
  link: string;
  /** `requested`: the clinic has still to answer. */
  status: 'booked' | 'requested' | 'cancelled' | 'unsettled' | 'past';
  clinic: string;
  /** As it stands in addresses. */
  clinicId: string;
  timeZone: string;
  type: VisitType;
  start: string;
  end: string;
  with?: string;
  where?: string;
  /** Until when it can still be changed here. */
  changeUntil?: string;
}

/** What the hub refused, by its code; `unreachable` if nobody answered. */
export class Refused extends Error {
  readonly code: string;
  readonly facts: { triesLeft?: number; instead?: Slot[] };

  constructor(code: string, facts: Refused['facts'] = {}) {
    super(code);
    this.code = code;
    this.facts = facts;
  }
}

const BASE = '/api/book';
const TIMEOUT_MS = 20_000;

async function ask<T>(method: string, url: string, body?: unknown): Promise<T> {
  const answer = await fetch(url, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
    cache: 'no-store',
  }).catch(() => {
    throw new Refused('unreachable');
  });
  const json = await answer.json().catch(() => undefined);
  if (!answer.ok) throw new Refused(json?.code ?? `http-${answer.status}`, json ?? {});
  return json as T;
}

const at = (clinic: string) => `${BASE}/clinic/${encodeURIComponent(clinic)}`;
const mine = (link: string) => `${BASE}/mine/${encodeURIComponent(link)}`;

/** Every call of this page. */
export const api = {
  clinics: () => ask<Clinics>('GET', BASE),
  clinic: (clinic: string) => ask<Clinic>('GET', at(clinic)),
  free: (clinic: string, type: string, from: string, cursor?: string) =>
    ask<Free>('GET', `${at(clinic)}/free?${new URLSearchParams({ type, from, ...(cursor ? { cursor } : {}) })}`),
  sendCode: (clinic: string, id: string, who: Who, language: string) =>
    ask<void>('POST', `${at(clinic)}/code`, { id, who, language }),
  book: (clinic: string, asked: Asked) => ask<Mine>('POST', at(clinic), asked),
  mine: (link: string) => ask<Mine>('GET', mine(link)),
  move: (link: string, slot: string) => ask<Mine>('POST', `${mine(link)}/move`, { slot }),
  cancel: (link: string) => ask<Mine>('POST', `${mine(link)}/cancel`),
  calendarUrl: (link: string) => `${mine(link)}/calendar.ics`,
};
