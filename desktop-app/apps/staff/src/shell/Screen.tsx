import type { ReactNode } from 'react';

/** A screen with its heading. */
export function Screen({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <div className="screen">
      <div className="screen-head">
        <h1>{title}</h1>
        {actions}
      </div>
      {children}
    </div>
  );
}
