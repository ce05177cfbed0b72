import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { readPages } from '../../fhir/merged';
import { useChart } from '../ChartContext';
import { patientsOf } from '../references';
import { firstNotes, nextNotes, threadsOf } from './olderNotes';

/** The notes of a chart: the newest at once, the older ones a page at a time, once they are asked for. */
export function useOlderNotes() {
  const { id, chart } = useChart();
  const [isAsked, setAsked] = useState(false);
  const query = useInfiniteQuery({
    queryKey: ['chart', id, 'notes'],
    queryFn: ({ pageParam, signal }) => readPages(pageParam, signal),
    initialPageParam: firstNotes(patientsOf(chart)),
    getNextPageParam: (_last, pages) => nextNotes(pages),
    enabled: isAsked,
  });
  const pages = query.data?.pages;
  const { latest, total } = chart.notes;
  const threads = useMemo(() => threadsOf(latest, pages ?? []), [latest, pages]);
  return {
    threads,
    hasOlder: pages ? query.hasNextPage : total > latest.length,
    isLoading: query.isFetchingNextPage || (isAsked && query.isPending),
    error: query.error,
    more: () => {
      if (pages) query.fetchNextPage();
      else if (query.isError) query.refetch();
      else setAsked(true);
    },
  };
}
