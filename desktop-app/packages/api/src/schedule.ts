// The schedule's part of the staff API. Instants are RFC 3339 with an offset, dates YYYY-MM-DD. `fromMinute` and `toMinute` are
// whole minutes that have ELAPSED since `dayStart`: a day on which clocks change has 1,380 or 1,500 of them.
import { ask, path } from './client';
import type { components } from './generated';
import { Problem } from './problem';

/** A type that the API describes: what is not there is left out of its JSON, and never null. */
type Told<T> = T extends (infer One)[]
  ? Told<One>[]
  : T extends object
    ? { [Key in keyof T]: Told<Exclude<T[Key], null>> }
    : T;
type Schemas = { [Name in keyof components['schemas']]: Told<components['schemas'][Name]> };
/** The same with some members more exactly than the description says them. */
type With<T, Members> = Omit<T, keyof Members> & Members;

/** "Practitioner/…", "Location/…" or "Device/…". */
export type ResourceRef = string;
/** `requested` is a wish that is not answered yet; at `after` somebody is seen, and something is left to do. */
export type FlowStatus = Schemas['FlowStatus'];
/** Who an appointment is for: enough not to take them for another. */
export type PatientShown = Schemas['PatientShown'];
export type TypeRef = Schemas['TypeRef'];
/**
 * Why an appointment cannot stay as it is: who or what `ref` names was deleted (`gone`), has left or is out of use, is off, or the clinic
 * is closed; without a `ref` its type is not offered any more.
 */
export interface Stranded {
  ref?: ResourceRef;
  why: 'gone' | 'out-of-use' | 'off' | 'holiday' | 'type' | string;
}
/**
 * Without a patient it is a block of time or a group session. `since` is when it came to its status, `room` where the patient is,
 * `elsewhere` at which other appointments the same patient is expected at the same time, `session` the group session of a place.
 */
export interface AppointmentShown
  extends Omit<Schemas['AppointmentShown'], 'saved' | 'group' | 'stranded' | 'unsettled'> {
  saved: 'here' | 'node' | 'head-office';
  unsettled?: Unsettled;
  group?: GroupShown;
  stranded?: Stranded[];
}
/** A group session: `places` are those that somebody has, each an appointment of its own. */
export interface GroupShown {
  capacity: number;
  taken: number;
  places: AppointmentShown[];
}
/** What is booked of something that is taken away, the earliest first; `more` are not listed. */
export interface Affected {
  appointments: AppointmentShown[];
  more: number;
}
/** What something that was saved takes away from. */
interface Affects {
  affected?: Affected;
}
/** Who said it, and where. */
export interface Side {
  who: 'patient' | 'staff' | string;
  place: 'here' | 'below' | 'above' | 'elsewhere' | string;
  at: string;
}
/** One side says that an appointment takes place, another that it does not; `instead` is when the one begins that was booked in its place. */
export interface Unsettled {
  stands: Side;
  off: Side;
  offStatus: 'cancelled' | 'noshow' | 'entered-in-error' | string;
  reason?: string;
  instead?: string;
}
export type Span = Schemas['DaySpan'];
/** `elsewhere` is free time that head office may sell, for bookings on the web, and until when. */
export type DayResource = With<Schemas['DayResource'], { kind: 'practitioner' | 'room' | 'equipment' }>;
/** `now` is the minute that it is, if the day is today; `why` a code for why there are requests only. */
export type DaySheet = With<
  Schemas['DaySheet'],
  { resources: DayResource[]; appointments: AppointmentShown[]; canBook: 'here' | 'requests-only' }
>;
/** `because` has codes: `soonest`, `continuity`, `language:fr`, `skill:diabetes`, `session`, `freed`. */
export type FreeSlot = Schemas['FreeSlot'];
export type FreeSlots = Schemas['FreeSlots'];

export interface FreeAsk {
  type: string;
  from: string;
  until?: string;
  /** Each a resource, `any`, or `role:nurse`. */
  with?: string[];
  language?: string;
  /** What whoever sees the patient can do. */
  skill?: string;
  patient?: string;
  limit?: number;
  cursor?: string;
}

/** Its id is made by whoever asks: the same again is the same. What the type needs beside `resources` is chosen by the host. */
export type Booking = Schemas['Booking'];

/** Why something was not booked. Its words are the front end's, by `code`. */
export interface Refusal extends Pick<Schemas['Refusal'], 'message' | 'instead'> {
  code: 'slot-taken' | 'not-ours' | 'fenced' | 'outside-hours' | 'time-off' | 'full' | 'stale' | string;
  /** `resource` is a name; `start` is when the patient is expected elsewhere. */
  by?: { appointment?: string; resource?: string; owner?: string; until?: string; start?: string };
  /** Of `stale`: elements that are not as they were. */
  changed?: string[];
}

/** Weekdays from 1, which is Monday; `until` and `except` are dates. */
export type SeriesRule = With<Schemas['SeriesRule'], { every: 'day' | 'week' | 'month' }>;
/** `skipped`: clocks leave out the time of the series on that day, so that it begins at another. */
export type SeriesInstance = With<Schemas['SeriesInstance'], { booked?: AppointmentShown; refused?: Refusal }>;
export type Urgency = Schemas['Urgency'];
export type WaitlistOffer = With<Schemas['WaitlistOffer'], { state: 'free' | 'offered' | 'declined' }>;
/** `not` is when they cannot come, in words; `notOn` (1 is Monday) and `only` are kept to when times are offered. */
export type WaitlistEntry = With<Schemas['WaitlistEntry'], { offers: WaitlistOffer[] }>;
export type WaitlistAsk = Schemas['WaitlistAsk'];
/** The one half of the day in which somebody can come. */
export type DayHalf = Schemas['DayHalf'];
/** With a capacity of more than one it is a group session; `webShare` is the percent of new time that head office may sell. */
export type AppointmentType = With<
  Schemas['AppointmentType'],
  { needs: With<Schemas['TypeNeed'], { kind: DayResource['kind'] }>[] }
>;
/** Weekdays from 1, which is Monday; times as "08:00". */
export type WeeklyHours = With<Schemas['WeeklyHours'], { weekday: 1 | 2 | 3 | 4 | 5 | 6 | 7 }>;
export type TimeOff = Schemas['TimeOff'];
export type ResourceSetup = With<Schemas['ResourceSetup'], { kind: DayResource['kind']; weekly: WeeklyHours[] }>;
export type Holiday = Schemas['Holiday'];
/** A week is the date of its Monday. */
export type Demand = Schemas['Demand'];

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
  /** `asked` is the time that was asked for, if it is known. */
  refusals: { at: string; code: string; message: string; asked?: string }[];
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
  /** Chooses whether what is unsettled takes place. */
  settle: (id: string, body: { version: string; stands: boolean }) => post<AppointmentShown>(`${at(id)}/settle`, body),
  series: (body: { id: string; booking: Booking; rule: SeriesRule; dry: boolean }) =>
    post<{ instances: SeriesInstance[] }>(`${BASE}/series`, body),

  /** What is booked in a time, with a resource, or of a type. */
  affected: (of: { resource?: ResourceRef; type?: string; from?: string; until?: string }, signal?: AbortSignal) =>
    ask<Affected>('GET', path(`${BASE}/affected`, of), { signal }),

  waitlist: () => ask<{ entries: WaitlistEntry[] }>('GET', `${BASE}/waitlist`).then(({ entries }) => entries),
  wait: (body: WaitlistAsk) => post<WaitlistEntry>(`${BASE}/waitlist`, body),
  offer: (id: string, slot: Pick<FreeSlot, 'start' | 'resources'>) =>
    post<WaitlistEntry>(`${BASE}/waitlist/${encodeURIComponent(id)}/offer`, { slot }),
  leaveWaitlist: (id: string) => ask<void>('DELETE', `${BASE}/waitlist/${encodeURIComponent(id)}`),
  requests: () => ask<{ requests: AppointmentShown[] }>('GET', `${BASE}/requests`).then(({ requests }) => requests),

  types: () => ask<{ types: AppointmentType[] }>('GET', `${BASE}/types`).then(({ types }) => types),
  saveType: ({ id, ...body }: AppointmentType) =>
    put<AppointmentType & Affects>(`${BASE}/types/${encodeURIComponent(id)}`, body),
  resources: () => ask<{ resources: ResourceSetup[] }>('GET', `${BASE}/resources`).then(({ resources }) => resources),
  saveHours: (ref: ResourceRef, weekly: WeeklyHours[]) =>
    put<ResourceSetup>(`${BASE}/resources/${ref}/hours`, { weekly }),
  saveAbilities: (ref: ResourceRef, body: Schemas['AbilitiesSaved']) =>
    put<ResourceSetup>(`${BASE}/resources/${ref}/abilities`, body),
  takeOff: (ref: ResourceRef, off: TimeOff) => post<ResourceSetup & Affects>(`${BASE}/resources/${ref}/off`, off),
  endTimeOff: (ref: ResourceRef, id: string) =>
    ask<void>('DELETE', `${BASE}/resources/${ref}/off/${encodeURIComponent(id)}`),
  holidays: () => ask<{ holidays: Holiday[] }>('GET', `${BASE}/holidays`).then(({ holidays }) => holidays),
  saveHolidays: (holidays: Holiday[]) => put<{ holidays: Holiday[] } & Affects>(`${BASE}/holidays`, { holidays }),

  rights: (date: string) => ask<Rights>('GET', path(`${BASE}/rights`, { date })),
  demand: (type: string) => ask<Demand>('GET', path(`${BASE}/demand`, { type })),

  /** Where a calendar file of a resource is. */
  calendarUrl: (resource: ResourceRef, from: string, until: string) =>
    path(`${BASE}/calendar.ics`, { resource, from, until }),
  /** Takes in a calendar file; what could not be taken is told by line. */
  importCalendar: (text: string) =>
    ask<{ taken: number; left: { line: number; reason: string }[] } & Affects>('POST', `${BASE}/calendar`, {
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
