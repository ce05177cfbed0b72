import { api } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useToast } from '@holdfast/ui';
import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { troubleOf } from '../problems/words';
import { useUndoable } from './UndoProvider';

interface Thrown {
  key: string;
  form: string;
  patient?: string;
  /** What was typed. */
  body: unknown;
  /** Where it goes on. */
  to: string;
  drop: () => Promise<void>;
}

/** Throws a draft away, with a way back: it is kept again as it was, and opened. */
export function useThrowAway() {
  const { i18n } = useLingui();
  const client = useQueryClient();
  const say = useToast();
  const tell = useUndoable();
  const [, go] = useLocation();
  return async ({ key, form, patient, body, to, drop }: Thrown) => {
    await drop();
    const back = async () => {
      try {
        await api.saveDraft(key, { patient, form, body });
        await client.invalidateQueries({ queryKey: ['drafts'] });
        say({ text: i18n.t('The draft is back.') });
        go(to);
      } catch (error) {
        const { what, todo } = troubleOf(i18n, error);
        say({ kind: 'danger', text: `${what} ${todo}` });
      }
    };
    tell(i18n.t('The draft is thrown away.'), back);
  };
}
