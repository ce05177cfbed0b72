import type { Slot } from './api';
import type { Language } from './language';

// Times are those of the clinic, wherever the patient's device is. Digits are Western everywhere, as on the clinic's own screens.
const TAGS: Record<Language, string> = { en: 'en-GB', es: 'es', fr: 'fr', ar: 'ar-u-ca-gregory-nu-latn' };

const DAY: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long' };
const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

const show = (instant: string, language: Language, timeZone: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(TAGS[language], { ...options, timeZone }).format(new Date(instant));

/** "Monday 30 November" at the clinic. */
export const dayOf = (instant: string, language: Language, zone: string) => show(instant, language, zone, DAY);

/** "09:15" at the clinic. */
export const clockOf = (instant: string, language: Language, zone: string) => show(instant, language, zone, CLOCK);

/** Day and time at the clinic. */
export const timeOf = (instant: string, language: Language, zone: string) =>
  show(instant, language, zone, { ...DAY, ...CLOCK });

/** Times under their days, in the order in which they came. */
export function byDay(slots: Slot[], language: Language, zone: string): { day: string; slots: Slot[] }[] {
  const days = new Map<string, Slot[]>();
  for (const slot of slots) {
    const day = dayOf(slot.start, language, zone);
    days.set(day, [...(days.get(day) ?? []), slot]);
  }
  return [...days].map(([day, some]) => ({ day, slots: some }));
}
