import { type FreeSlot, refusalOf, schedule } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Button, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Failed } from '../../problems/Failed';
import { DayNav } from '../DayNav';
import { type Names, withWords } from '../names';
import { refusalWords } from '../refusalWords';
import { instantAt } from '../zone';
import { SlotChoice } from './SlotChoice';

type Slot = Pick<FreeSlot, 'start' | 'resources'>;

interface Props {
  type: string;
  /** Each a resource, `any`, or `role:nurse`. */
  wanted: string[];
  /** What whoever sees the patient must be able to do, and speak. */
  skill?: string;
  language?: string;
  patient?: string;
  date: string;
  timeZone: string;
  names: Names;
  /** What was chosen in the day sheet: it stands first. */
  asked?: Slot;
  value?: Slot;
  onChange: (slot: Slot) => void;
}

const LIMIT = 8;

/** The next free times, each with whom and why. */
export function SlotSearch({
  type,
  wanted,
  skill,
  language,
  patient,
  date,
  timeZone,
  names,
  asked,
  value,
  onChange,
}: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const [from, setFrom] = useState(date);
  const search = useInfiniteQuery({
    queryKey: ['schedule', 'free', type, from, patient, skill, language, ...wanted],
    queryFn: ({ pageParam, signal }) =>
      schedule.free(
        {
          type,
          from: instantAt(from, '00:00', timeZone),
          with: wanted,
          skill: skill || undefined,
          language: language || undefined,
          patient,
          limit: LIMIT,
          cursor: pageParam,
        },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    enabled: type !== '',
  });
  // Whoever was chosen is not what the type needs: that is for the desk to see, not for support.
  const refusal = refusalOf(search.error);
  const slots = search.data?.pages.flatMap((page) => page.slots) ?? [];
  const choice = (slot: Slot, because: string[]) => (
    <SlotChoice
      key={`${slot.start} ${slot.resources.join()}`}
      slot={slot}
      because={because}
      timeZone={timeZone}
      where={withWords(slot.resources, names)}
      isChosen={slot.start === value?.start && slot.resources.join() === value.resources.join()}
      onChoose={() => onChange(slot)}
    />
  );
  return (
    <fieldset className="fields" style={{ gridTemplateColumns: 'minmax(0, 1fr)' }}>
      <legend>{i18n.t('When')}</legend>
      <div className="in-line">
        <span className="soft">{i18n.t('Next free from')}</span>
        <DayNav date={from} onChange={setFrom} />
      </div>
      {type === '' && <p className="soft">{i18n.t('Choose a type: the next free times appear here.')}</p>}
      {search.isError && !refusal && <Failed error={search.error} retry={search.refetch} />}
      {refusal && <p className="told warn">{refusalWords(i18n, refusal)}</p>}
      {(asked || type !== '') && (
        <div className="slots" lang={locale}>
          {asked && choice(asked, [])}
          {search.isPending && type !== '' && <Skeleton height={120} />}
          {slots.map((slot) => choice(slot, slot.because))}
          {search.isSuccess && slots.length === 0 && (
            <p className="empty">{i18n.t('Nothing is free for this. Try somebody else, or a later day.')}</p>
          )}
          {search.hasNextPage && (
            <Button size="compact-xs" variant="subtle" onClick={() => search.fetchNextPage()}>
              {i18n.t('More times')}
            </Button>
          )}
        </div>
      )}
    </fieldset>
  );
}
