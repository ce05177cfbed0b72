import type { Condition } from '@holdfast/api';

const CLOSED = new Set(['inactive', 'remission', 'resolved']);

/** Whether a problem is still one. */
export function isOpenProblem(problem: Condition): boolean {
  return !problem.clinicalStatus?.coding?.some(({ code }) => CLOSED.has(code ?? ''));
}
