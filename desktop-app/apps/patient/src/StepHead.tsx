/** @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** The heading of a step. It takes the focus as it appears, so that a screen reader tells where one is. */
export function StepHead({ children }: { children: ComponentChildren }) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    head.current?.focus();
    window.scrollTo(0, 0);
  }, []);
  return (
    <h1 ref={head} tabIndex={-1}>
      {children}
    </h1>
  );
}
