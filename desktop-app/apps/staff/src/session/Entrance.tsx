import './entrance.css';
import { useLingui } from '@holdfast/i18n';
import type { ReactNode } from 'react';
import { LanguageChoice } from './LanguageChoice';

/** What is on the screen while nobody is signed in. */
export function Entrance({ title, lead, children }: { title?: string; lead?: ReactNode; children?: ReactNode }) {
  const { i18n } = useLingui();
  return (
    <main className="entrance">
      <div className="entrance-card">
        <p className="entrance-brand">
          <BrandMark /> Holdfast
        </p>
        {title && <h1>{title}</h1>}
        {lead && <p className="soft">{lead}</p>}
        {children ?? <p className="soft">{i18n.t('One moment…')}</p>}
      </div>
      <LanguageChoice />
    </main>
  );
}

export function BrandMark() {
  return (
    <svg viewBox="0 0 32 32" width="20" height="20" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="var(--hf-accent)" />
      <path d="M9 7v18M23 7v18M9 16h14" stroke="#fff" strokeWidth="4" strokeLinecap="round" />
    </svg>
  );
}
