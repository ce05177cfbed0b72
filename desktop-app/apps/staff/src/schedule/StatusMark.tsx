import type { FlowStatus } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import type { ReactNode } from 'react';
import { statusWords } from './status';

// Every status has a shape of its own, which tells it without its colour and before its words are read.
const SHAPES: Record<FlowStatus, ReactNode> = {
  requested: (
    <path d="M6 1 11 6 6 11 1 6Z" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="2 1.6" />
  ),
  booked: <circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  arrived: (
    <>
      <circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M6 1.6a4.4 4.4 0 0 0 0 8.8Z" fill="currentColor" />
    </>
  ),
  'with-nurse': <path d="M4.4 1h3.2v3.4H11v3.2H7.6V11H4.4V7.6H1V4.4h3.4Z" fill="currentColor" />,
  'with-clinician': <path d="M6 .5 11.5 6 6 11.5.5 6Z" fill="currentColor" />,
  after: <path d="M2 2h8v8H2Z" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  done: <path d="M1.5 6.5 4.5 9.5 10.5 2.5" fill="none" stroke="currentColor" strokeWidth="2" />,
  'no-show': <path d="M2 2 10 10M10 2 2 10" stroke="currentColor" strokeWidth="2" />,
  cancelled: <path d="M1.5 6h9" stroke="currentColor" strokeWidth="2" />,
};

/** A status by shape and words. */
export function StatusMark({ status }: { status: FlowStatus }) {
  const { i18n } = useLingui();
  return (
    <span className={`status is-${status}`}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        {SHAPES[status]}
      </svg>
      <span>{statusWords(i18n, status)}</span>
    </span>
  );
}
