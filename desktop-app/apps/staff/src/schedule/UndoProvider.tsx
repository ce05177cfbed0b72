import { useLingui } from '@holdfast/i18n';
import { useShortcut, useToast } from '@holdfast/ui';
import { createContext, type ReactNode, use, useCallback, useState } from 'react';
import { UndoStack } from './undo';

const Context = createContext<(text: string, undo: () => void) => void>(() => undefined);

/** Says what was done, with a way back: in the message, and by Ctrl+Z. */
export const useUndoable = () => use(Context);

/** Keeps what can be taken back on the screens below. */
export function UndoProvider({ children }: { children: ReactNode }) {
  const { i18n } = useLingui();
  const say = useToast();
  const [stack] = useState(() => new UndoStack());
  useShortcut('mod+z', () => stack.undo());
  const tell = useCallback(
    (text: string, undo: () => void) => {
      const run = stack.push({ run: undo });
      say({ text, action: { label: i18n.t('Undo'), run } });
    },
    [stack, say, i18n],
  );
  return <Context value={tell}>{children}</Context>;
}
