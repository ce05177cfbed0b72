import type { I18n } from '@holdfast/i18n';

export interface Age {
  years: number;
  /** Whole months, all of them. */
  months: number;
  /** Whole days, all of them. */
  days: number;
}

/** How old somebody is on a day; a birth date in part counts from its first day. Nothing without a date or before it. */
export function ageOn(birthDate: string | undefined, day: string): Age | undefined {
  const born = fields(birthDate);
  const on = fields(day);
  if (!born || !on) return undefined;
  const days = Math.floor((Date.UTC(...on) - Date.UTC(...born)) / 86_400_000);
  if (days < 0) return undefined;
  const months = (on[0] - born[0]) * 12 + on[1] - born[1] - (on[2] < born[2] ? 1 : 0);
  return { years: Math.floor(months / 12), months, days };
}

function fields(date: string | undefined): [number, number, number] | undefined {
  const [year, month, day] = (date ?? '').slice(0, 10).split('-').map(Number);
  return year ? [year, (month || 1) - 1, day || 1] : undefined;
}

/** An age as clinicians say it: days for a newborn, months below two, then years. */
export function ageWords(i18n: I18n, age: Age | undefined): string {
  if (!age) return '';
  if (age.days < 28) return i18n.t('{count, plural, one {# day old} other {# days old}}', { count: age.days });
  if (age.years < 2) return i18n.t('{count, plural, one {# month old} other {# months old}}', { count: age.months });
  return i18n.t('{count, plural, one {# year old} other {# years old}}', { count: age.years });
}
