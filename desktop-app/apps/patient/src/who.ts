import type { Who } from './api';
import type { Key } from './words';

/** Who somebody is, as they type it. */
export interface WhoForm {
  name: string;
  day: string;
  month: string;
  year: string;
  contact: string;
  note: string;
}

export const NOBODY: WhoForm = { name: '', day: '', month: '', year: '', contact: '', note: '' };

/** Digits of any script as Western ones. */
export function western(text: string): string {
  return text.trim().replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 0xf));
}

const OLDEST_YEAR = 1890;

/** A date of birth as YYYY-MM-DD; nothing if it is none, or has not come yet. */
export function birthDateOf({ day, month, year }: WhoForm, now = new Date()): string | undefined {
  const [d, m, y] = [day, month, year].map((text) => Number(western(text))) as [number, number, number];
  const at = new Date(Date.UTC(y, m - 1, d));
  const isReal = at.getUTCFullYear() === y && at.getUTCMonth() === m - 1 && at.getUTCDate() === d;
  if (!isReal || y < OLDEST_YEAR || at > now) return undefined;
  return at.toISOString().slice(0, 10);
}

const PHONE = /^\+?[\d\s().-]{6,20}$/;
const MAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** What is wrong with a form, field by field, in the words of the page. */
export function faultsOf(form: WhoForm, now = new Date()): Partial<Record<'name' | 'birthDate' | 'contact', Key>> {
  const contact = western(form.contact);
  return {
    ...(form.name.trim().length < 2 && { name: 'faultName' }),
    ...(!birthDateOf(form, now) && { birthDate: 'faultBirthDate' }),
    ...(!PHONE.test(contact) && !MAIL.test(contact) && { contact: 'faultContact' }),
  };
}

/** Who a form names. Only of a form without faults. */
export function whoOf(form: WhoForm): Who {
  return { name: form.name.trim(), birthDate: birthDateOf(form) ?? '', contact: western(form.contact) };
}

/** Six digits, however they were typed; nothing if they are none. */
export function codeOf(text: string): string | undefined {
  const digits = western(text).replace(/[\s-]/g, '');
  return /^\d{6}$/.test(digits) ? digits : undefined;
}
