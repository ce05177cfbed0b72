import type { ReactNode } from 'react';

export type MarkKind = 'ok' | 'busy' | 'warn' | 'danger' | 'off';

// A state is told by its words; the shape lets one find it again without reading, and without seeing colours.
const SHAPES: Record<MarkKind, ReactNode> = {
  ok: <path d="M1.5 6.5 4.5 9.5 10.5 2.5" fill="none" stroke="currentColor" strokeWidth="2" />,
  busy: <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" strokeWidth="2" strokeDasharray="4 3" />,
  warn: <path d="M6 1 11.5 11H.5Z" fill="currentColor" />,
  danger: <path d="M3.5.5h5l3 3v5l-3 3h-5l-3-3v-5Z" fill="currentColor" />,
  off: <path d="M1.5 6h9" stroke="currentColor" strokeWidth="2" />,
};

/** A state in words with its shape. */
export function Mark({ kind, children, title }: { kind: MarkKind; children: ReactNode; title?: string }) {
  return (
    <span className={`mark ${kind}`} title={title}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        {SHAPES[kind]}
      </svg>
      <span>{children}</span>
    </span>
  );
}
