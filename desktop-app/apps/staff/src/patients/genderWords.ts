import type { I18n } from '@holdfast/i18n';

/** The administrative gender of FHIR, in words. */
export function genderWords(i18n: I18n, gender: string | undefined): string {
  const words: Record<string, string> = {
    female: i18n.t('Female'),
    male: i18n.t('Male'),
    other: i18n.t('Other'),
    unknown: i18n.t('Unknown'),
  };
  return gender ? (words[gender] ?? gender) : '';
}
