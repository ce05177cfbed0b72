import { useLingui, useLocale } from '@holdfast/i18n';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useChart } from '../chart/ChartContext';
import { visitOf } from '../chart/notes/note';
import type { NoteRef } from '../chart/notes/noteAddress';
import { useNote } from '../chart/notes/useNote';
import { textOf } from '../fhir/words';
import { Failed } from '../problems/Failed';
import { showDate } from '../time/dates';
import { Measured } from './Measured';
import { PrintedNote } from './PrintedNote';
import { PrintFrame, PrintList, printItem } from './PrintFrame';
import { readDay } from './visit';

/** One note on paper, with what was added to it; of a note that belongs to no visit also what was measured that day. */
export function NoteSheet(which: NoteRef) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { id, chart } = useChart();
  const { thread, isPending, error, retry } = useNote(which);
  const note = thread?.resource;
  const day = note && !visitOf(note) ? note.date : undefined;
  const ofDay = useQuery({
    queryKey: ['chart', id, 'day', day],
    queryFn: ({ signal }) => readDay(chart, day ?? '', signal),
    enabled: day !== undefined,
  });
  if (error) return <Failed error={error} retry={retry} />;
  if (ofDay.isError) return <Failed error={ofDay.error} retry={ofDay.refetch} />;
  // Half a sheet must not come onto paper.
  if (isPending || (day && ofDay.isPending)) return <Skeleton height={400} m="md" />;
  if (!thread || !note) return <p className="empty">{i18n.t('There is no such note in this chart.')}</p>;
  return (
    <PrintFrame title={i18n.t('Note')}>
      <PrintList
        title={i18n.t('Allergies as of today')}
        items={chart.allergies.map(({ resource }) => printItem(resource, textOf(resource.code)))}
      />
      {ofDay.data && (
        <Measured
          title={i18n.t('Measured on {date}', { date: showDate(day, locale) })}
          all={ofDay.data}
          empty={i18n.t('Nothing was measured on that day.')}
        />
      )}
      {[note, ...thread.addenda.map(({ resource }) => resource)].map((one) => (
        <PrintedNote key={one.id} note={one} />
      ))}
    </PrintFrame>
  );
}
