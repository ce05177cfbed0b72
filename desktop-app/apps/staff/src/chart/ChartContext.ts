import { api, type Chart } from '@holdfast/api';
import { useQuery } from '@tanstack/react-query';
import { createContext, use } from 'react';
import { withoutErrors } from './withoutErrors';

export interface ChartState {
  id: string;
  chart: Chart;
  /** Opens a part of this chart: "notes/new". */
  go: (to: string) => void;
}

export const ChartContext = createContext<ChartState | null>(null);

/** The chart on the screen. Only below it. */
export function useChart(): ChartState {
  const state = use(ChartContext);
  if (!state) throw new Error('no chart: this is rendered outside of one');
  return state;
}

export function useChartQuery(id: string) {
  return useQuery({ queryKey: ['chart', id], queryFn: ({ signal }) => api.chart(id, signal).then(withoutErrors) });
}
