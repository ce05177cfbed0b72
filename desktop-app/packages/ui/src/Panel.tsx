import { type ReactNode, useId } from 'react';

interface Props {
  title: ReactNode;
  /** Buttons and marks at the end of the heading's line. */
  actions?: ReactNode;
  /** Lists go to the edges. */
  flush?: boolean;
  className?: string;
  children: ReactNode;
}

/** A part of a screen under a heading, a landmark of its own. */
export function Panel({ title, actions, flush, className = '', children }: Props) {
  const id = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {actions}
      </header>
      <div className={flush ? 'body flush' : 'body'}>{children}</div>
    </section>
  );
}
