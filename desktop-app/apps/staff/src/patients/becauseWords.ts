import type { I18n } from '@holdfast/i18n';

/** Why somebody may be the same person, or another one. */
export function becauseWords(i18n: I18n, because: string): string {
  const words: Record<string, string> = {
    'birth-date-day-month-swapped': i18n.t('day and month of birth swapped'),
    'birth-date-one-digit': i18n.t('birth date differs by one digit'),
    'birth-date-other': i18n.t('other birth date'),
    'birth-date-same': i18n.t('same birth date'),
    'birth-date-year-same': i18n.t('same year of birth'),
    'family-alike': i18n.t('similar family name'),
    'family-other': i18n.t('other family name'),
    'family-same': i18n.t('same family name'),
    'given-alike': i18n.t('similar given name'),
    'given-other': i18n.t('other given name'),
    'given-same': i18n.t('same given name'),
    'given-short': i18n.t('short form of the given name'),
    'identifier-same': i18n.t('same number'),
    'name-same': i18n.t('same name'),
    'names-swapped': i18n.t('names swapped'),
    'phone-same': i18n.t('same phone'),
    'sex-other': i18n.t('other sex'),
    'sex-same': i18n.t('same sex'),
  };
  return words[because] ?? because;
}
