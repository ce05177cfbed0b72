import type { AppointmentType, Booking, FreeSlot, PatientShown, ResourceRef } from '@holdfast/api';

/** What is known before somebody books: the place in the day sheet, or whose turn on the waiting list it is. */
export interface Wish {
  patient?: PatientShown;
  type?: string;
  resource?: ResourceRef;
  start?: string;
  fromWaitlist?: string;
}

/** What a form of a booking holds. */
export interface BookForm {
  patient?: { id: string; name: string };
  type: string;
  /** A resource, `any`, or `role:nurse`. */
  who: string;
  /** A room or a piece of equipment, or `any`. */
  place: string;
  /** What whoever sees the patient must be able to do, and speak; empty: nothing in particular. Times are searched for by it. */
  skill?: string;
  language?: string;
  /** As the type says while nobody has typed another. */
  minutes?: string;
  note: string;
  /** As the type says while nobody has chosen. */
  remote?: boolean;
  slot?: Pick<FreeSlot, 'start' | 'resources'>;
}

/** An appointment of a day would be longer than it. */
const MOST_MINUTES = 24 * 60;

/** Whole minutes as they were typed; nothing if that is no length of an appointment. */
export function minutesOf(text: string): number | undefined {
  const minutes = Number(text.trim());
  return Number.isInteger(minutes) && minutes > 0 && minutes <= MOST_MINUTES ? minutes : undefined;
}

/** How long it takes; nothing while what was typed is no length. */
function lengthOf({ minutes }: BookForm, type: AppointmentType): number | undefined {
  return minutes === undefined ? type.minutes : minutesOf(minutes);
}

/** Whether nothing is missing before a form can be sent. */
export function isComplete(form: BookForm, type: AppointmentType | undefined): boolean {
  const needsPatient = (type?.capacity ?? 1) === 1;
  return Boolean(type && form.slot && lengthOf(form, type) && (form.patient || !needsPatient));
}

/** The resources that a search asks for. */
export function wantedOf({ who, place }: Pick<BookForm, 'who' | 'place'>): string[] {
  return place === 'any' ? [who] : [who, place];
}

/** The booking of a form. The id is made once a form, so that a second press, or one after a lost answer, books nothing twice. */
export function bookingOf(id: string, form: BookForm, type: AppointmentType, overbook?: string): Booking | undefined {
  if (!form.slot) return undefined;
  const minutes = lengthOf(form, type);
  return {
    id,
    type: type.id,
    patient: form.patient?.id,
    start: form.slot.start,
    minutes: minutes === type.minutes ? undefined : minutes,
    resources: resourcesOf(form),
    note: form.note.trim() || undefined,
    remote: (form.remote ?? type.remote) || undefined,
    overbook: overbook ? { reason: overbook } : undefined,
  };
}

/** Those of the slot, and the place that was asked for beside it. */
function resourcesOf({ slot, place }: BookForm): ResourceRef[] {
  const chosen = slot?.resources ?? [];
  return place === 'any' || chosen.includes(place) ? chosen : [...chosen, place];
}
