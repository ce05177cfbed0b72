import type { DayHalf, WaitlistEntry } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { listWords } from '../../time/listWords';
import { weekdayName } from '../zone';

/** The one half of the day in which somebody can come. */
export function halfWords(i18n: I18n, half: DayHalf): string {
  return half === 'morning' ? i18n.t('Only before noon') : i18n.t('Only from noon on');
}

/** When nothing is offered to somebody, in words; nothing if they can always come. */
export function cannotWords(i18n: I18n, { notOn, only }: Pick<WaitlistEntry, 'notOn' | 'only'>): string | undefined {
  const days = notOn.map((weekday) => weekdayName(weekday, i18n.locale));
  const parts = [
    days.length > 0 && i18n.t('Never on {days}', { days: listWords(days, i18n.locale) }),
    only && halfWords(i18n, only),
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(' · ') : undefined;
}
