import type { Condition } from '@holdfast/api';

export const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';

const CLOSED = new Set(['inactive', 'remission', 'resolved']);

/** Whether a problem is still one. */
export function isOpenProblem(problem: Condition): boolean {
  return !problem.clinicalStatus?.coding?.some(({ code }) => CLOSED.has(code ?? ''));
}
