import './timeline.css';
import { useLingui } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';
import { Button, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { readPages } from '../../fhir/merged';
import { Failed } from '../../problems/Failed';
import { When } from '../../time/When';
import { useChart } from '../ChartContext';
import { patientsOf } from '../references';
import { firstPages, knownEvents, nextPages } from './streams';

/** Everything that has happened, a page at a time. */
export default function Timeline() {
  const { i18n } = useLingui();
  const { id, chart } = useChart();
  const patients = patientsOf(chart);
  const query = useInfiniteQuery({
    queryKey: ['chart', id, 'timeline', patients],
    queryFn: ({ pageParam, signal }) => readPages(pageParam, signal),
    initialPageParam: firstPages(patients),
    getNextPageParam: (_last, pages) => nextPages(i18n, pages),
  });
  const events = useMemo(() => knownEvents(i18n, query.data?.pages ?? []), [i18n, query.data]);
  if (query.isPending) return <Skeleton height={360} />;
  if (query.isError) return <Failed error={query.error} retry={query.refetch} />;
  return (
    <Panel title={i18n.t('Timeline')} flush>
      {events.length === 0 && <p className="empty">{i18n.t('Nothing has happened yet.')}</p>}
      <ul className="rows timeline">
        {events.map((event) => (
          <li key={event.id}>
            <span className="when number soft">
              <When at={event.at} />
            </span>
            <span className="kind">{event.kind}</span>
            <Link href={`/patients/${id}/${event.to}`} className="main">
              <bdi>{event.text || '–'}</bdi>
            </Link>
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <p className="panel-foot">
          <Button
            size="compact-sm"
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => query.fetchNextPage()}
          >
            {i18n.t('More')}
          </Button>
        </p>
      )}
    </Panel>
  );
}
