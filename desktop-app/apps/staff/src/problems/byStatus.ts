import type { I18n } from '@holdfast/i18n';
import type { Trouble } from './words';

/** What went wrong by its class alone, for codes that are not known here. */
export function byStatus(i18n: I18n, status: number): Pick<Trouble, 'what' | 'todo'> {
  if (status === 401)
    return { what: i18n.t('You are not signed in any more.'), todo: i18n.t('Sign in again; your drafts are kept.') };
  if (status === 403)
    return {
      what: i18n.t('Your roles do not reach this.'),
      todo: i18n.t('Ask your manager if you need it for your work.'),
    };
  if (status === 404)
    return {
      what: i18n.t('This was not found.'),
      todo: i18n.t('It may be another clinic’s, or its address was mistyped.'),
    };
  if (status === 413) return { what: i18n.t('This is too large.'), todo: i18n.t('Choose a smaller file.') };
  if (status === 429)
    return { what: i18n.t('Too many requests at once.'), todo: i18n.t('Wait a moment, then try again.') };
  if (status === 507)
    return {
      what: i18n.t('The disk is full: nothing more can be saved.'),
      todo: i18n.t('Tell whoever looks after the system now. What was saved is safe.'),
    };
  if (status === 503)
    return { what: i18n.t('The host of this app is busy.'), todo: i18n.t('Wait a moment, then try again.') };
  return {
    what:
      status >= 500 ? i18n.t('The host of this app has a fault.') : i18n.t('The host of this app has refused this.'),
    todo: i18n.t('If it happens again, tell whoever looks after the system.'),
  };
}
