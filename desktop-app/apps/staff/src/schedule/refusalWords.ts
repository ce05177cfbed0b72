import type { Refusal } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { languageNames } from './languageNames';

/** Why something could not be booked, in plain words. What nobody has words for is said in the host's own. */
export function refusalWords(i18n: I18n, { code, message, by }: Pick<Refusal, 'code' | 'message' | 'by'>): string {
  const owner = by?.owner ?? i18n.t('head office');
  const words: Record<string, string> = {
    'slot-taken': i18n.t('This time is taken.'),
    'slot-offered': i18n.t('This time is kept for somebody who waits.'),
    'not-waiting': i18n.t('They are not on the waiting list any more.'),
    'time-not-ours': i18n.t('This time is sold by {owner}.', { owner }),
    'places-taken': i18n.t('No place is left that can be given here. Choose another session.'),
    'outside-hours': i18n.t('This is outside of working hours.'),
    'time-off': i18n.t('They are off at this time.'),
    'out-of-use': i18n.t('They have left, or it is out of use. Choose somebody or something else.'),
    'patient-elsewhere': i18n.t('The patient has another appointment at this time.'),
    'patient-in-session': i18n.t('The patient has a place in this session already.'),
    'patient-deceased': i18n.t('The patient is recorded as deceased. If that is wrong, correct their details first.'),
    'day-over': i18n.t('That day is over. Choose a time from today on, and write what was done before into the chart.'),
    'not-today': i18n.t(
      'They are expected on another day. Move the appointment to today, or take them in as a walk-in.',
    ),
    'resource-not-suitable': i18n.t('They are not what this type of appointment needs.'),
    'appointment-unsettled': i18n.t('First decide whether this appointment takes place.'),
    full: i18n.t('All places are taken.'),
    stale: i18n.t('Somebody changed this meanwhile. Look at it as it is now, then decide.'),
  };
  return words[code] ?? message;
}

/** Refusals that stand whatever reason is given. */
const STANDS = ['out-of-use', 'patient-in-session', 'patient-deceased', 'day-over', 'not-today'];

/** Whether something that was refused may be booked all the same, with a reason. */
export function mayOverbook({ code }: Pick<Refusal, 'code'>): boolean {
  return !STANDS.includes(code);
}

/** Why a free time is offered. */
export function becauseWords(i18n: I18n, because: string): string {
  const [code = '', detail = ''] = because.split(':');
  const words: Record<string, string> = {
    soonest: i18n.t('the soonest'),
    continuity: i18n.t('knows the patient'),
    language: i18n.t('speaks {language}', { language: languageNames(detail ? [detail] : [], i18n.locale) }),
    skill: i18n.t('can do {skill}', { skill: detail }),
    session: i18n.t('a session with places left'),
    freed: i18n.t('has just become free'),
  };
  return words[code] ?? because;
}

/** Why only requests can be filed. */
export function whyWords(i18n: I18n, why: string | undefined): string {
  if (why === 'fenced')
    return i18n.t('This node was restored and books nothing until it has caught up with head office.');
  return i18n.t('The clinic’s node is away.');
}
