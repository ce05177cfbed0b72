import { useLingui } from '@holdfast/i18n';
import { useShortcut, useToast } from '@holdfast/ui';
import { createContext, type ReactNode, use, useCallback, useState } from 'react';
import { UndoStack } from './undo';

const Context = createContext<(text: string, undo: () => void, about?: string) => void>(() => undefined);

/** Says what was done, with a way back: in the message, and by Ctrl+Z. */
export const useUndoable = () => use(Context);

interface Props {
  /** So long the key takes something back; without a bound as long as this is on the screen. */
  lastsMs?: number;
  active?: boolean;
  children: ReactNode;
}

/** Keeps what can be taken back on the screens below. One within another comes first. */
export function UndoProvider({ lastsMs, active = true, children }: Props) {
  const { i18n } = useLingui();
  const say = useToast();
  const [stack] = useState(() => new UndoStack());
  useShortcut('mod+z', () => stack.undo(), active);
  const tell = useCallback(
    (text: string, undo: () => void, about?: string) => {
      const { run, forget } = stack.push({ run: undo });
      if (lastsMs !== undefined) setTimeout(forget, lastsMs);
      say({ text, about, action: { label: i18n.t('Undo'), run } });
    },
    [stack, lastsMs, say, i18n],
  );
  return <Context value={tell}>{children}</Context>;
}
