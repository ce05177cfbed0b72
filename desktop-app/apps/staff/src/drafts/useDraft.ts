import { api } from '@holdfast/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { beforeLeaving } from '../session/leaving';
import { DraftKeeper, type DraftState } from './DraftKeeper';

/** All drafts of who is signed in. */
export function useDrafts() {
  return useQuery({ queryKey: ['drafts'], queryFn: api.drafts, staleTime: 0 });
}

interface Options<T> {
  /** One draft for each: `note:PATIENT`. */
  key: string;
  form: string;
  patient?: string;
  initial: T;
}

export interface DraftHandle<T> {
  /** Whether a draft of before may still arrive; nothing should be typed until then. */
  isLoading: boolean;
  /** Whether this goes on from a draft. */
  isResumed: boolean;
  value: T;
  change: (value: T) => void;
  /** Saves now: for leaving a field. */
  flush: () => Promise<void>;
  /** Throws the draft away: it was saved as a record, or is not wanted. */
  drop: () => Promise<void>;
  state: DraftState;
}

/** A form whose content is kept at the host while it is typed, for this person alone. */
export function useDraft<T>({ key, form, patient, initial }: Options<T>): DraftHandle<T> {
  const client = useQueryClient();
  const drafts = useDrafts();
  const [typed, setTyped] = useState<T>();
  const [state, setState] = useState<DraftState>('none');
  const kept = drafts.data?.find((draft) => draft.key === key);
  const resumed = useRef<{ value: T | undefined } | undefined>(undefined);
  if (!drafts.isPending && !drafts.isFetching) resumed.current ??= { value: kept?.body as T | undefined };

  const keeper = useMemo(
    () => new DraftKeeper<T>((body) => api.saveDraft(key, { patient, form, body }), setState),
    [key, patient, form],
  );
  const flush = useCallback(() => keeper.flush(), [keeper]);
  useEffect(() => {
    const onHidden = () => {
      if (document.visibilityState === 'hidden') flush();
    };
    document.addEventListener('visibilitychange', onHidden);
    const stay = beforeLeaving(flush);
    return () => {
      document.removeEventListener('visibilitychange', onHidden);
      stay();
      flush().then(() => client.invalidateQueries({ queryKey: ['drafts'] }));
    };
  }, [flush, client]);

  return {
    isLoading: resumed.current === undefined && !drafts.isError,
    isResumed: resumed.current?.value !== undefined,
    value: typed ?? resumed.current?.value ?? initial,
    change: (value) => {
      setTyped(value);
      keeper.change(value);
    },
    flush,
    drop: async () => {
      await keeper.stop();
      setState('none');
      await api.dropDraft(key).catch(() => undefined);
      await client.invalidateQueries({ queryKey: ['drafts'] });
    },
    state,
  };
}
