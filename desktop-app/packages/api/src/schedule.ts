// The schedule's part of the staff API, written by hand until its description comes with the others in `openapi.json`.
// Instants are RFC 3339 with an offset, dates YYYY-MM-DD. `fromMinute` and `toMinute` are whole minutes that have ELAPSED since
// `dayStart`: a day on which clocks change has 1,380 or 1,500 of them.
import { ask, path } from './client';
import { Problem } from './problem';

/** "Practitioner/…", "Location/…" or "Device/…". */
/** Whether the hosts serve the schedule: nobody is led to it before they do. */
export const SERVES_SCHEDULE = false as boolean;

export type ResourceRef = string;

export type FlowStatus =
  /** A patient's or a lone desktop's wish, not answered yet. */
  | 'requested'
  | 'booked'
  | 'arrived'
  | 'with-nurse'
  | 'with-clinician'
  /** Seen, and something is left to do: a prescription, a payment. */
  | 'after'
  | 'done'
  | 'no-show'
  | 'cancelled';

/** Who an appointment is for: enough not to take them for another. */
export interface PatientShown {
  id: string;
  name: string;
  birthDate?: string;
  number?: string;
  phone?: string;
  languages?: string[];
  needs?: string;
}

export interface TypeRef {
  id: string;
  name: string;
}

export interface AppointmentShown {
  id: string;
  version: string;
  /** None for a block of time or a group session. */
  patient?: PatientShown;
  type: TypeRef;
  start: string;
  end: string;
  /** Without buffers. */
  fromMinute: number;
  toMinute: number;
  bufferBefore: number;
  bufferAfter: number;
  resources: ResourceRef[];
  status: FlowStatus;
  /** Since when it has this status. */
  since: string;
  /** Where the patient is now. */
  room?: ResourceRef;
  note?: string;
  overbook: boolean;
  /** Why it was forced in. */
  overbookReason?: string;
  remote: boolean;
  walkIn: boolean;
  series?: { id: string; at: number; of?: number };
  group?: { capacity: number; taken: number; patients: PatientShown[] };
  cancelReason?: string;
  saved: 'here' | 'node' | 'head-office';
  /** Values of two people stand side by side: settled in the inbox. */
  conflict: boolean;
  /** Ids of appointments that are at the same time on a resource. */
  overlapsWith: string[];
  /** It is kept from whoever looks: nothing but its time is told, and its type has no name. */
  withheld?: boolean;
}

export interface Span {
  fromMinute: number;
  toMinute: number;
}

export interface DayResource {
  ref: ResourceRef;
  kind: 'practitioner' | 'room' | 'equipment';
  name: string;
  role?: string;
  languages?: string[];
  hours: Span[];
  off: (Span & { why: string })[];
  /** Time that another may sell (head office, for bookings on the web), and until when. */
  elsewhere: (Span & { owner: string; sellUntil: string; returns?: string })[];
}

export interface DaySheet {
  date: string;
  timeZone: string;
  dayStart: string;
  minutesInDay: number;
  /** Full hours, as "02:00"; on a day when clocks go back one comes twice. */
  hourMarks: { minute: number; label: string }[];
  /** The earliest and the latest minute at which anything happens. */
  opens: number;
  closes: number;
  /** The minute that it is, if the day is today. */
  now?: number;
  /** What the holiday is called, if it is one. */
  holiday?: string;
  resources: DayResource[];
  appointments: AppointmentShown[];
  waitlist: number;
  requests: number;
  /** A desktop without its node files requests. */
  canBook: 'here' | 'requests-only';
  /** Why requests only: a code. */
  why?: string;
}

export interface FreeSlot {
  start: string;
  end: string;
  resources: ResourceRef[];
  /** Codes: `soonest`, `continuity`, `language:fr`, `skill:diabetes`, `freed`. */
  because: string[];
}

export interface FreeSlots {
  slots: FreeSlot[];
  next?: string;
}

export interface FreeAsk {
  type: string;
  from: string;
  until?: string;
  /** Each a resource, `any`, or `role:nurse`. */
  with?: string[];
  language?: string;
  patient?: string;
  limit?: number;
  cursor?: string;
}

export interface Booking {
  /** Made by whoever asks: the same again is the same. */
  id: string;
  type: string;
  patient?: string;
  start: string;
  minutes?: number;
  /** What the type needs beside these is chosen by the host; of an empty list, all of it. */
  resources: ResourceRef[];
  note?: string;
  overbook?: { reason: string };
  remote?: boolean;
  /** They are here already: it is booked as `arrived`. */
  walkIn?: boolean;
  fromWaitlist?: string;
}

/** Why something was not booked. Its words are the front end's, by `code`. */
export interface Refusal {
  code: 'slot-taken' | 'not-ours' | 'fenced' | 'outside-hours' | 'time-off' | 'full' | 'stale' | string;
  message: string;
  /** `resource` is a name. */
  by?: { appointment?: string; resource?: string; owner?: string; until?: string };
  /** Of `stale`: elements that are not as they were. */
  changed?: string[];
  instead: FreeSlot[];
}

export interface SeriesRule {
  every: 'day' | 'week' | 'month';
  interval: number;
  /** 1 is Monday. */
  weekdays?: number[];
  count?: number;
  /** A date. */
  until?: string;
  /** Dates that are left out. */
  except?: string[];
}

export interface SeriesInstance {
  start: string;
  /** Clocks leave out the time of the series on that day, so that it begins at another. */
  skipped?: boolean;
  booked?: AppointmentShown;
  refused?: Refusal;
}

export type Urgency = 'urgent' | 'soon' | 'routine';

export interface WaitlistOffer {
  start: string;
  resources: ResourceRef[];
  until?: string;
  state: 'free' | 'offered' | 'declined';
}

export interface WaitlistEntry {
  id: string;
  patient: PatientShown;
  type: TypeRef;
  urgency: Urgency;
  since: string;
  note?: string;
  /** When they cannot come, in words. */
  not?: string;
  offers: WaitlistOffer[];
}

export interface WaitlistAsk {
  /** Made by whoever asks. */
  id: string;
  patient: string;
  type: string;
  urgency: Urgency;
  note?: string;
  not?: string;
}

export interface AppointmentType {
  id: string;
  name: string;
  minutes: number;
  bufferBefore: number;
  bufferAfter: number;
  needs: { kind: DayResource['kind']; role?: string; any?: ResourceRef[] }[];
  /** More than one is a group session. */
  capacity: number;
  /** Percent of new time that head office may sell on the web. */
  webShare: number;
  remote: boolean;
  active: boolean;
}

export interface WeeklyHours {
  /** 1 is Monday. */
  weekday: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  /** "08:00" */
  from: string;
  to: string;
  validFrom?: string;
  validUntil?: string;
}

export interface TimeOff {
  id: string;
  /** Instants. */
  from: string;
  until: string;
  why: string;
}

export interface ResourceSetup extends Omit<DayResource, 'hours' | 'off' | 'elsewhere'> {
  weekly: WeeklyHours[];
  timeOff: TimeOff[];
  active: boolean;
}

export interface Holiday {
  date: string;
  name: string;
}

export interface RightsRow extends Span {
  resource: ResourceRef;
  owner: string;
  epoch: number;
  sellUntil?: string;
  /** How many minutes of it are sold. */
  sold: number;
  /** `held`: the owner sells it · `returning`: past `sellUntil`, not back yet · `returned` · `fenced`: its owner was replaced · `contested`: two claim it. */
  state: 'held' | 'returning' | 'returned' | 'fenced' | 'contested' | string;
}

export interface Rights {
  /** Who holds the calendar as a whole; empty: it has not begun, or two claim it. */
  holder: string;
  epoch: number;
  /** Whether this host is the holder and may sell. */
  sells: boolean;
  rows: RightsRow[];
  refusals: { at: string; code: string; message: string }[];
}

export interface Demand {
  /** A week is the date of its Monday. */
  history: { week: string; value: number }[];
  forecast: { week: string; value: number; low: number; high: number }[];
  byHour: { weekday: number; hour: number; arrivals: number; noShows: number; minutes: number }[];
}

const BASE = '/api/schedule';
const at = (id: string) => `${BASE}/appointments/${encodeURIComponent(id)}`;
const put = <T>(url: string, body: unknown) => ask<T>('PUT', url, { body });
const post = <T>(url: string, body: unknown) => ask<T>('POST', url, { body });

/** Every call of the schedule. */
export const schedule = {
  day: (date: string, signal?: AbortSignal) => ask<DaySheet>('GET', path(`${BASE}/day`, { date }), { signal }),
  week: (date: string, resource: ResourceRef, signal?: AbortSignal) =>
    ask<{ days: DaySheet[] }>('GET', path(`${BASE}/week`, { date, resource }), { signal }),
  free: ({ with: wanted = [], ...rest }: FreeAsk, signal?: AbortSignal) => {
    const url = path(`${BASE}/free`, rest);
    return ask<FreeSlots>(
      'GET',
      wanted.reduce((all, one) => `${all}&with=${encodeURIComponent(one)}`, url),
      { signal },
    );
  },
  /** Books, or files a request where nobody may sell the time: then it comes back as `requested`. */
  book: (booking: Booking) => post<AppointmentShown>(`${BASE}/appointments`, booking),
  move: (id: string, body: { version: string; start: string; resources: ResourceRef[]; minutes?: number }) =>
    post<AppointmentShown>(`${at(id)}/move`, body),
  /** `undo` takes the last step back as if it had not been made; `reasonCode` is HL7's, beside words of one's own. */
  status: (
    id: string,
    body: {
      version: string;
      status: FlowStatus;
      room?: ResourceRef;
      reason?: string;
      reasonCode?: string;
      undo?: boolean;
    },
  ) => post<AppointmentShown>(`${at(id)}/status`, body),
  series: (body: { id: string; booking: Booking; rule: SeriesRule; dry: boolean }) =>
    post<{ instances: SeriesInstance[] }>(`${BASE}/series`, body),

  waitlist: () => ask<{ entries: WaitlistEntry[] }>('GET', `${BASE}/waitlist`).then(({ entries }) => entries),
  wait: (body: WaitlistAsk) => post<WaitlistEntry>(`${BASE}/waitlist`, body),
  offer: (id: string, slot: Pick<FreeSlot, 'start' | 'resources'>) =>
    post<WaitlistEntry>(`${BASE}/waitlist/${encodeURIComponent(id)}/offer`, { slot }),
  leaveWaitlist: (id: string) => ask<void>('DELETE', `${BASE}/waitlist/${encodeURIComponent(id)}`),
  requests: () => ask<{ requests: AppointmentShown[] }>('GET', `${BASE}/requests`).then(({ requests }) => requests),

  types: () => ask<{ types: AppointmentType[] }>('GET', `${BASE}/types`).then(({ types }) => types),
  saveType: ({ id, ...body }: AppointmentType) => put<AppointmentType>(`${BASE}/types/${encodeURIComponent(id)}`, body),
  resources: () => ask<{ resources: ResourceSetup[] }>('GET', `${BASE}/resources`).then(({ resources }) => resources),
  saveHours: (ref: ResourceRef, weekly: WeeklyHours[]) =>
    put<ResourceSetup>(`${BASE}/resources/${ref}/hours`, { weekly }),
  takeOff: (ref: ResourceRef, off: TimeOff) => post<ResourceSetup>(`${BASE}/resources/${ref}/off`, off),
  endTimeOff: (ref: ResourceRef, id: string) =>
    ask<void>('DELETE', `${BASE}/resources/${ref}/off/${encodeURIComponent(id)}`),
  holidays: () => ask<{ holidays: Holiday[] }>('GET', `${BASE}/holidays`).then(({ holidays }) => holidays),
  saveHolidays: (holidays: Holiday[]) => put<{ holidays: Holiday[] }>(`${BASE}/holidays`, { holidays }),

  rights: (date: string) => ask<Rights>('GET', path(`${BASE}/rights`, { date })),
  demand: (type: string) => ask<Demand>('GET', path(`${BASE}/demand`, { type })),

  /** Where a calendar file of a resource is. */
  calendarUrl: (resource: ResourceRef, from: string, until: string) =>
    path(`${BASE}/calendar.ics`, { resource, from, until }),
  /** Takes in a calendar file; what could not be taken is told by line. */
  importCalendar: (text: string) =>
    ask<{ taken: number; left: { line: number; reason: string }[] }>('POST', `${BASE}/calendar`, {
      body: text,
      headers: { 'content-type': 'text/calendar' },
    }),
};

/** What a refused booking says, if that is what the error is. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Problem) || error.status !== 409) return undefined;
  const { by, changed, instead } = error.facts as Partial<Refusal>;
  return { code: error.code, message: error.message, by, changed, instead: Array.isArray(instead) ? instead : [] };
}
