import type { WeeklyHours } from '@holdfast/api';
import { isClock, MIDNIGHT } from '../../forms/clock';
import { listWords } from '../../time/listWords';
import { weekdayName } from '../zone';

/** Working hours in words, weekdays with the same ones together: "Mon, Tue 08:00–12:00, 13:00–17:00". */
export function hoursWords(weekly: WeeklyHours[], locale: string): string[] {
  const byHours = new Map<string, number[]>();
  for (const weekday of [1, 2, 3, 4, 5, 6, 7]) {
    const hours = weekly
      .filter((one) => one.weekday === weekday)
      .sort((a, b) => a.from.localeCompare(b.from))
      // From left to right in every language, as the two times stand in a sheet.
      .map(({ from, to }) => `\u2066${from}–${to}\u2069`);
    const words = listWords(hours, locale);
    if (hours.length > 0) byHours.set(words, [...(byHours.get(words) ?? []), weekday]);
  }
  return [...byHours].map(([hours, weekdays]) => {
    const days = weekdays.map((day) => weekdayName(day, locale, 'short'));
    return `${listWords(days, locale)} ${hours}`;
  });
}

/** Why lines of working hours cannot be saved; nothing if they can. */
export type HoursFault = 'no-time' | 'ends-before' | 'overlaps';

/** What is wrong with working hours. */
export function faultOf(weekly: WeeklyHours[]): HoursFault | undefined {
  if (weekly.some(({ from, to }) => !isClock(from) || !(isClock(to) || to === MIDNIGHT))) return 'no-time';
  if (weekly.some(({ from, to }) => to <= from)) return 'ends-before';
  const overlaps = weekly.some((one, index) =>
    weekly.some(
      (other, at) =>
        at > index &&
        one.weekday === other.weekday &&
        one.from < other.to &&
        other.from < one.to &&
        (one.validFrom ?? '') === (other.validFrom ?? ''),
    ),
  );
  return overlaps ? 'overlaps' : undefined;
}
