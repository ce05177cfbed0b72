import type { AppointmentShown, FlowStatus } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';

/** The way of a patient through the clinic, in its order. */
export const STEPS = ['booked', 'arrived', 'with-nurse', 'with-clinician', 'after', 'done'] as const;
export type FlowStep = (typeof STEPS)[number];

const isStep = (status: FlowStatus): status is FlowStep => (STEPS as readonly FlowStatus[]).includes(status);

/** What comes after a status; nothing after the last one, and nothing for who did not come. */
export function nextStep(status: FlowStatus): FlowStep | undefined {
  return isStep(status) ? STEPS[STEPS.indexOf(status) + 1] : undefined;
}

/** Whether somebody can be checked in by one key. */
export function canCheckIn({ status, patient }: Pick<AppointmentShown, 'status' | 'patient'>): boolean {
  return status === 'booked' && patient !== undefined;
}

/** Whether somebody is in the clinic and waits for the next step. */
export function isHere(status: FlowStatus): boolean {
  return isStep(status) && status !== 'booked' && status !== 'done';
}

/** Whether it can still be moved or cancelled. */
export function isAhead(status: FlowStatus): boolean {
  return status === 'booked' || status === 'requested';
}

/** Whether it takes time of a resource: what was cancelled does not. */
export function takesTime({ status }: Pick<AppointmentShown, 'status'>): boolean {
  return status !== 'cancelled';
}

/** A status in the words of the clinic. */
export function statusWords(i18n: I18n, status: FlowStatus): string {
  const words: Record<FlowStatus, string> = {
    requested: i18n.t('Requested'),
    booked: i18n.t('Booked'),
    arrived: i18n.t('Arrived'),
    'with-nurse': i18n.t('With the nurse'),
    'with-clinician': i18n.t('With the clinician'),
    after: i18n.t('To do after'),
    done: i18n.t('Done'),
    'no-show': i18n.t('Did not come'),
    cancelled: i18n.t('Cancelled'),
  };
  return words[status] ?? status;
}

/** What the button says that leads to a status. */
export function stepWords(i18n: I18n, step: FlowStep): string {
  const words: Record<FlowStep, string> = {
    booked: i18n.t('Booked'),
    arrived: i18n.t('Check in'),
    'with-nurse': i18n.t('To the nurse'),
    'with-clinician': i18n.t('To the clinician'),
    after: i18n.t('To do after'),
    done: i18n.t('Done'),
  };
  return words[step];
}

/** An appointment in another status, as it will be shown until the host has answered. */
export function inStatus(one: AppointmentShown, status: FlowStatus, now: string, room?: string): AppointmentShown {
  return { ...one, status, since: one.status === status ? one.since : now, room: room ?? one.room };
}
