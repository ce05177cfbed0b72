import { Skeleton } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { ChartContext, useChartQuery } from '../chart/ChartContext';
import { Failed } from '../problems/Failed';

/** Gives the chart to what is printed of it. */
export function ForPrint({ id, children }: { id: string; children: ReactNode }) {
  const query = useChartQuery(id);
  const state = useMemo(() => query.data && { id, chart: query.data, go: () => undefined }, [id, query.data]);
  if (query.isError && !state) return <Failed error={query.error} retry={query.refetch} />;
  if (!state) return <Skeleton height={400} m="md" />;
  return <ChartContext value={state}>{children}</ChartContext>;
}
