import type { VitalsCheck } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { VITALS, type VitalsForm, vitalName } from './vitals';

export type Question = VitalsCheck['questions'][number];

/** Whether it has to be said again that a value is right. What is only unusual is no surprise in somebody who is ill. */
export function mustConfirm({ why }: Question): boolean {
  return why !== 'unusual';
}

/** What is asked about a value, in the language of the screen where there are words for it. */
export function questionText(i18n: I18n, { code, why, low, high, text }: Question, form: VitalsForm): string {
  const vital = VITALS.find((one) => one.code === code);
  if (!vital || (why !== 'unusual' && why !== 'hardly-possible')) return text;
  const value = `${vitalName(i18n, code)} ${form[code] ?? ''} ${vital.unit}`;
  if (low == null && high == null) return value;
  const range = `${low ?? ''}–${high ?? ''} ${vital.unit}`;
  return why === 'unusual'
    ? i18n.t('{value}; usual at this age: {range}', { value, range })
    : i18n.t('{value}; possible at this age: {range}', { value, range });
}
