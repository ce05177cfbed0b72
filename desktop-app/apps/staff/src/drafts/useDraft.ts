import { api } from '@holdfast/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { newId } from '../app/newId';
import { useUnsaved } from '../forms/useUnsaved';
import { beforeLeaving } from '../session/leaving';
import { DraftKeeper, type DraftState } from './DraftKeeper';
import { keepDraft, type Place } from './place';

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
  /** The same content for other records, whose ids are made of `id`: two drafts must not become one record. */
  apart: (value: T, id: string) => T;
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
  /** Throws the draft away: it was saved as a record, or is not wanted. What another window has typed since stays. */
  drop: () => Promise<void>;
  state: DraftState;
  /** Where it is kept. */
  key: string;
  /** Whether another window went on with the draft, so that this one has its own. */
  isApart: boolean;
  /** Goes on with a draft of its own: the records of this one are another window's. */
  part: () => void;
}

/** A form whose content is kept at the host while it is typed, for this person alone. */
export function useDraft<T>({ key, form, patient, initial, apart }: Options<T>): DraftHandle<T> {
  const client = useQueryClient();
  const drafts = useDrafts();
  const [typed, setTyped] = useState<T>();
  const [state, setState] = useState<DraftState>('none');
  const [isApart, setApart] = useState(false);
  const place = useRef<Place>({ key });
  const making = useRef(apart);
  making.current = apart;
  const kept = drafts.data?.find((draft) => draft.key === key);
  const resumed = useRef<{ value: T | undefined } | undefined>(undefined);
  if (!resumed.current && !drafts.isPending && !drafts.isFetching) {
    resumed.current = { value: kept?.body as T | undefined };
    place.current = { key, version: kept?.version };
  }

  const keeper = useMemo(() => {
    const own = (value: T) => (place.current.apart ? making.current(value, place.current.apart) : value);
    const save = async (value: T) => {
      const before = place.current;
      const body = own(value);
      place.current = await keepDraft(before, { patient, form, body }, () => newPlace(key, body, making.current));
      const { apart } = place.current;
      if (!apart || apart === before.apart) return;
      setTyped((now) => making.current(now ?? value, apart));
      setApart(true);
    };
    return new DraftKeeper<T>(save, setState);
  }, [key, patient, form]);
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

  useUnsaved(state !== 'none' && state !== 'saved');

  const value = typed ?? resumed.current?.value ?? initial;
  return {
    isLoading: resumed.current === undefined && !drafts.isError,
    isResumed: resumed.current?.value !== undefined,
    value,
    change: (value) => {
      setTyped(value);
      keeper.change(value);
    },
    flush,
    drop: async () => {
      await keeper.stop();
      setState('none');
      const { key, version } = place.current;
      if (version) await api.dropDraft(key, version).catch(() => undefined);
      await client.invalidateQueries({ queryKey: ['drafts'] });
    },
    state,
    key: place.current.key,
    isApart,
    part: () => {
      const { key: own, apart, body } = newPlace(key, value, making.current);
      place.current = { key: own, apart };
      setTyped(body);
      setApart(true);
      keeper.change(body);
    },
  };
}

/** Beside the draft that is there. The form's address names it: `notes/new~3fa1`. */
function newPlace<T>(key: string, value: T, apart: (value: T, id: string) => T) {
  const id = newId();
  const [first] = key.split('~');
  return { key: `${first}~${id.slice(0, 8)}`, apart: id, body: apart(value, id) };
}
