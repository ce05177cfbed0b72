import type { Role } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';

export const ROLES: readonly Role[] = ['front-desk', 'nurse', 'clinician', 'pharmacist', 'manager', 'admin'];

export function roleWords(i18n: I18n, role: Role): string {
  const words: Record<Role, string> = {
    'front-desk': i18n.t('Front desk'),
    nurse: i18n.t('Nurse'),
    clinician: i18n.t('Clinician'),
    pharmacist: i18n.t('Pharmacist'),
    manager: i18n.t('Manager'),
    admin: i18n.t('Administrator'),
  };
  return words[role];
}
