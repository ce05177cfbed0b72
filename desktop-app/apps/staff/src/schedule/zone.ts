import { intlTag } from '../time/dates';

// Times of the schedule are those of the clinic, wherever the computer believes to be.

/** The time of day of an instant, at the clinic. */
export function clockAt(instant: string | number, timeZone: string, locale: string): string {
  return format(locale, timeZone, CLOCK).format(new Date(instant));
}

/** Weekday, day and month of an instant, at the clinic. */
export function dayAt(instant: string | number, timeZone: string, locale: string): string {
  return format(locale, timeZone, DAY).format(new Date(instant));
}

/** Day and time of an instant, at the clinic. */
export function timeAt(instant: string | number, timeZone: string, locale: string): string {
  return `${dayAt(instant, timeZone, locale)} ${clockAt(instant, timeZone, locale)}`;
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const DAY: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short' };
const LONG_DAY: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' };

/** A date in full: "Saturday, 28 November 2026". */
export function longDay(date: string, locale: string): string {
  return format(locale, 'UTC', LONG_DAY).format(new Date(`${date}T00:00:00Z`));
}

/** A date in short: "Sat 28 Nov". */
export function shortDay(date: string, locale: string): string {
  return format(locale, 'UTC', DAY).format(new Date(`${date}T00:00:00Z`));
}

/** The name of a weekday; 1 is Monday. */
export function weekdayName(weekday: number, locale: string, width: 'long' | 'short' = 'long'): string {
  return format(locale, 'UTC', { weekday: width }).format(new Date(Date.UTC(2024, 0, weekday)));
}

/** A date some days later, or earlier. */
export function daysLater(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** The date of an instant at the clinic. */
export function dateAt(instant: string | number, timeZone: string): string {
  return format('en', timeZone, { year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA').format(
    new Date(instant),
  );
}

/** The instant of a time of day on a date at the clinic. Of a time that clocks skip, the one an hour later; of one that comes twice, the first. */
export function instantAt(date: string, clock: string, timeZone: string): string {
  const wall = Date.parse(`${date}T${clock}:00Z`);
  const [early, late] = [wall - offsetAt(wall - DAY_MS, timeZone), wall - offsetAt(wall + DAY_MS, timeZone)];
  const fits = [Math.min(early, late), Math.max(early, late)].find((at) => at + offsetAt(at, timeZone) === wall);
  return new Date(fits ?? early).toISOString();
}

const DAY_MS = 86_400_000;

/** What a clock at the clinic is ahead of UTC, in milliseconds. */
function offsetAt(instant: number, timeZone: string): number {
  const parts = format('en', timeZone, FIELDS, 'en-US').formatToParts(new Date(instant));
  const field = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(
    field('year'),
    field('month') - 1,
    field('day'),
    field('hour'),
    field('minute'),
    field('second'),
  );
  return wall - Math.floor(instant / 1000) * 1000;
}

const FIELDS: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  hourCycle: 'h23',
};

// A formatter takes longer to make than to use, and a day sheet uses hundreds.
const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: string, timeZone: string, options: Intl.DateTimeFormatOptions, tag = intlTag(locale)) {
  const key = `${tag} ${timeZone} ${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(tag, { ...options, timeZone });
  formats.set(key, known);
  return known;
}
