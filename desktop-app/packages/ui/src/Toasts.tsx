import { createContext, type ReactNode, use, useCallback, useMemo, useState } from 'react';

export interface Toast {
  text: string;
  kind?: 'danger';
  /** What it is about: one that says something newer of the same takes its place. */
  about?: string;
  action?: { label: string; run: () => void };
}

/** Long enough to read and reach for "Undo" with a keyboard; trouble stays until it is put away. */
export const TOAST_MS = 10_000;
const MOST = 3;

const Context = createContext<(toast: Toast) => void>(() => undefined);

/** Says something at the lower edge: what was saved, with a way back. */
export const useToast = () => use(Context);

/** Whether what an older message says is no longer so. */
export function isOvertaken(old: Toast, next: Toast): boolean {
  return old.about !== undefined && old.about === next.about;
}

export function Toasts({ children, closeLabel, label }: { children: ReactNode; closeLabel: string; label: string }) {
  const [shown, setShown] = useState<(Toast & { id: number })[]>([]);
  const close = useCallback((id: number) => setShown((all) => all.filter((one) => one.id !== id)), []);
  const say = useCallback(
    (toast: Toast) => {
      const id = Date.now() + Math.random();
      setShown((all) => [...all.filter((one) => !isOvertaken(one, toast)), { ...toast, id }].slice(-MOST));
      if (!toast.kind) setTimeout(close, TOAST_MS, id);
    },
    [close],
  );
  const list = useMemo(
    () =>
      shown.map(({ id, text, kind, action }) => (
        <div key={id} className={`toast ${kind ?? ''}`}>
          <span>{text}</span>
          {action && (
            <button
              type="button"
              onClick={() => {
                close(id);
                action.run();
              }}
            >
              {action.label}
            </button>
          )}
          <button type="button" onClick={() => close(id)} aria-label={closeLabel}>
            ×
          </button>
        </div>
      )),
    [shown, close, closeLabel],
  );
  return (
    <Context value={say}>
      {children}
      <section className="toasts" aria-live="polite" aria-label={label}>
        {list}
      </section>
    </Context>
  );
}
