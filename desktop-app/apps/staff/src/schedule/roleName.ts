import type { I18n } from '@holdfast/i18n';

/** A role in words; one that is the clinic's own stays as it is written. */
export function roleName(i18n: I18n, role: string): string {
  const words: Record<string, string> = {
    clinician: i18n.t('Clinician'),
    nurse: i18n.t('Nurse'),
    pharmacist: i18n.t('Pharmacist'),
  };
  return words[role] ?? role;
}
