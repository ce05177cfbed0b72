import type { I18n } from '@holdfast/i18n';

/** How long something has lasted, in the one unit that a person would say. */
export function durationWords(i18n: I18n, ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return i18n.t('less than a minute');
  if (minutes < 120) return i18n.t('{count, plural, one {# minute} other {# minutes}}', { count: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return i18n.t('{count, plural, one {# hour} other {# hours}}', { count: hours });
  const days = Math.floor(hours / 24);
  if (days < 60) return i18n.t('{count, plural, one {# day} other {# days}}', { count: days });
  const months = Math.floor(days / 30.4375);
  if (months < 24) return i18n.t('{count, plural, one {# month} other {# months}}', { count: months });
  return i18n.t('{count, plural, one {# year} other {# years}}', { count: Math.floor(months / 12) });
}
