import { monthNamed } from './monthNames';

// Dates as FHIR has them: "1980", "1980-03", "1980-03-12", or an instant with an offset.

/** The language tag for Intl: the person's region where it fits, Western digits, so that numbers of a chart look alike everywhere. */
export function intlTag(locale: string, preferred: readonly string[] = navigator.languages): string {
  const own = preferred.find((tag) => tag.split('-')[0] === locale);
  const tag = own ?? (locale === 'en' ? 'en-GB' : locale);
  return locale === 'ar' ? 'ar-u-ca-gregory-nu-latn' : tag;
}

const DATE: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' };

/** A FHIR date or instant as a date in words; a partial date as far as it goes. */
export function showDate(value: string | undefined, locale: string): string {
  if (!value) return '';
  const [year, month, day] = value.slice(0, 10).split('-').map(Number);
  if (!year || Number.isNaN(year)) return value;
  if (!month) return String(year);
  const options: Intl.DateTimeFormatOptions = day ? DATE : { month: 'short', year: 'numeric' };
  if (value.length > 10) return new Intl.DateTimeFormat(intlTag(locale), DATE).format(new Date(value));
  const at = new Date(Date.UTC(year, month - 1, day || 1));
  return new Intl.DateTimeFormat(intlTag(locale), { ...options, timeZone: 'UTC' }).format(at);
}

/** An instant as date and time; a date alone stays one. */
export function showTime(value: string | number | null | undefined, locale: string): string {
  if (value === undefined || value === null || value === '') return '';
  if (typeof value === 'string' && value.length <= 10) return showDate(value, locale);
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return String(value);
  return new Intl.DateTimeFormat(intlTag(locale), { ...DATE, hour: '2-digit', minute: '2-digit' }).format(at);
}

/** The time of day alone. */
export function showClock(value: string | number, locale: string): string {
  return new Intl.DateTimeFormat(intlTag(locale), { hour: '2-digit', minute: '2-digit' }).format(new Date(value));
}

/** Today where this device is, as a FHIR date. */
export function today(now = new Date()): string {
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** This moment with the device's offset, as FHIR wants instants. */
export function nowInstant(now = new Date()): string {
  const offset = -now.getTimezoneOffset();
  const sign = offset < 0 ? '-' : '+';
  const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return `${today(now)}T${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}${zone}`;
}

const two = (n: number) => String(n).padStart(2, '0');

export type DateOrder = 'dmy' | 'mdy' | 'ymd';

/** In which order people of a language write a date in digits. */
export function dateOrder(tag: string): DateOrder {
  const parts = new Intl.DateTimeFormat(tag).formatToParts(new Date(2001, 11, 31));
  const order = parts.map(({ type }) => type[0]).filter((type) => type === 'd' || type === 'm' || type === 'y');
  return order[0] === 'y' ? 'ymd' : order[0] === 'm' ? 'mdy' : 'dmy';
}

/** Reads what a person typed: any separators or none, any digits, the month in words, a year or a month alone. Nothing if it is no date. */
export function parseDate(text: string, order: DateOrder, locale = 'en'): string | undefined {
  const western = text.trim().replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 0xf));
  const fields = /\p{L}/u.test(western) ? inWords(western, locale) : inDigits(western, order);
  return fields && isReal(fields) ? written(fields) : undefined;
}

function inDigits(western: string, order: DateOrder): Fields | undefined {
  const parts = western.split(/[^\d]+/).filter(Boolean);
  const whole = parts.length === 1 ? ofDigits(parts[0] ?? '', order) : parts;
  return whole && inOrder(whole, order);
}

/** As dates are shown: "20 Jul 1962", "Jul 20, 1962", "juil. 1962". Which number is the year is told by its length. */
function inWords(western: string, locale: string): Fields | undefined {
  const numbers = western.match(/\d+/g) ?? [];
  const month = monthNamed(western.match(/[\p{L}\p{M}.]+/gu) ?? [], locale);
  const years = numbers.filter((one) => one.length === 4);
  const days = numbers.filter((one) => one.length <= 2);
  const [year] = years;
  if (!month || !year || years.length > 1 || days.length > 1 || numbers.length > 2) return undefined;
  return { year, month: String(month), day: days[0] };
}

type Fields = { year: string; month?: string; day?: string };

function ofDigits(digits: string, order: DateOrder): string[] | undefined {
  if (digits.length === 4) return [digits];
  if (digits.length !== 8) return undefined;
  const isYearFirst = order === 'ymd' || /^(18|19|20)\d\d(0[1-9]|1[0-2])/.test(digits);
  const isYearLast = Number(digits.slice(4)) >= 1850 && Number(digits.slice(4)) <= 2100;
  if (isYearFirst && !(isYearLast && order !== 'ymd')) return [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)];
  return [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)];
}

function inOrder(parts: string[], order: DateOrder): Fields | undefined {
  const [first = '', second, third] = parts;
  if (first.length === 4) return { year: first, month: second, day: third };
  if (third?.length === 4)
    return order === 'mdy' ? { year: third, month: first, day: second } : { year: third, month: second, day: first };
  if (parts.length === 2 && second?.length === 4) return { year: second, month: first };
  return undefined;
}

function isReal({ year, month, day }: Fields): boolean {
  const [y, m, d] = [Number(year), Number(month ?? 1), Number(day ?? 1)];
  const at = new Date(Date.UTC(y, m - 1, d));
  return y >= 1850 && y <= 2150 && at.getUTCMonth() === m - 1 && at.getUTCDate() === d;
}

function written({ year, month, day }: Fields): string {
  return [year, month && two(Number(month)), day && two(Number(day))].filter(Boolean).join('-');
}

/** A FHIR date as people type it, as far as it is known: "1980-03-12" as 12/3/1980, 3/12/1980 or 1980-03-12. */
export function writeDate(date: string, order: DateOrder): string {
  const [year = '', month, day] = date.slice(0, 10).split('-');
  if (order === 'ymd' || !month) return date.slice(0, 10);
  const parts = order === 'mdy' ? [month, day, year] : [day, month, year];
  return parts.filter(Boolean).join('/');
}
