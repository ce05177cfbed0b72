import { api, type Composition, path } from '@holdfast/api';
import { useQuery } from '@tanstack/react-query';
import { resourcesOf } from '../../fhir/merged';
import { useChart } from '../ChartContext';
import { patientsOf } from '../references';
import type { Note } from './note';
import { isOfChart, type NoteRef } from './noteAddress';
import { addendaOf, type Shown, type Thread } from './olderNotes';

/** More than anybody adds to one note. */
const MOST_ADDENDA = 100;

/** One note of the chart, however old, with what was added to it. */
export function useNote({ type, id }: NoteRef) {
  const { id: patient, chart } = useChart();
  const record = chart.notes.latest.find(({ resource }) => resource.resourceType === type && resource.id === id);
  const read = useQuery({
    queryKey: ['chart', patient, 'note', type, id],
    queryFn: ({ signal }) => api.read<Note>(type, id, signal),
    enabled: !record,
  });
  const added = useQuery({
    queryKey: ['chart', patient, 'addenda', id],
    queryFn: ({ signal }) =>
      api.search<Composition>(
        path('Composition', { patient: patientsOf(chart), 'related-ref': `Composition/${id}`, _count: MOST_ADDENDA }),
        signal,
      ),
    enabled: type === 'Composition',
  });
  const found = record?.resource ?? read.data;
  // An address that was mistyped must not show one person's note under another one's name.
  const note = found && isOfChart(found, chart) ? found : undefined;
  const inChart: Shown[] = chart.notes.latest.map((one) => ({ resource: one.resource, record: one }));
  const known = new Set(inChart.map(({ resource }) => resource.id));
  const others = resourcesOf(added.data ?? { resourceType: 'Bundle', type: 'searchset' })
    .filter((one) => !known.has(one.id))
    .map((resource) => ({ resource }));
  const thread: Thread | undefined = note && {
    resource: note,
    record,
    addenda: addendaOf(note, [...inChart, ...others]),
  };
  return {
    thread,
    isPending: !record && read.isPending,
    isForeign: found !== undefined && !note,
    error: record ? added.error : (read.error ?? added.error),
    retry: () => {
      if (!record) read.refetch();
      added.refetch();
    },
  };
}
