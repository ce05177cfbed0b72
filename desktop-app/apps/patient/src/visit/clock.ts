import type { Language } from '../language';

// Digits are Western everywhere, as on the clinic's own screens.
const TAGS: Record<Language, string> = { en: 'en-GB', es: 'es', fr: 'fr', ar: 'ar-u-ca-gregory-nu-latn' };

/** "5 minutes", in the grammar of the language. */
export const minutesOf = (minutes: number, language: Language) =>
  new Intl.NumberFormat(TAGS[language], { style: 'unit', unit: 'minute', unitDisplay: 'long' }).format(minutes);

/** A time of day on this device; with the day, if it is another one than today. */
export function timeOf(ms: number, language: Language, nowMs = Date.now()): string {
  const isToday = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  const day = isToday ? {} : ({ weekday: 'long', day: 'numeric', month: 'long' } as const);
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat(TAGS[language], { ...day, ...clock }).format(ms);
}
