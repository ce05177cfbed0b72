import { useLingui, useLocale } from '@holdfast/i18n';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useChart } from '../chart/ChartContext';
import { conceptOf, dosageOf, isActive } from '../chart/medicines/medicine';
import { noteAt } from '../chart/notes/noteAddress';
import { textOf } from '../fhir/words';
import { Failed } from '../problems/Failed';
import { showTime, today } from '../time/dates';
import { ForPrint } from './ForPrint';
import { Measured } from './Measured';
import { NoteSheet } from './NoteSheet';
import { PrintedNote } from './PrintedNote';
import { PrintFrame, PrintList, printItem } from './PrintFrame';
import { readVisit } from './visit';

/** One visit on paper. `encounter` is its id, or `note-ID` for one note by itself. */
export default function EncounterPrint({ id, encounter }: { id: string; encounter: string }) {
  const note = encounter.startsWith('note-') ? noteAt(encounter.slice('note-'.length)) : undefined;
  return <ForPrint id={id}>{note ? <NoteSheet {...note} /> : <VisitSheet encounter={encounter} />}</ForPrint>;
}

function VisitSheet({ encounter }: { encounter: string }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { id, chart } = useChart();
  const query = useQuery({
    queryKey: ['chart', id, 'visit', encounter],
    queryFn: ({ signal }) => readVisit(chart, encounter, signal),
  });
  // Half a visit must not come onto paper.
  if (query.isError) return <Failed error={query.error} retry={query.refetch} />;
  if (query.isPending) return <Skeleton height={400} m="md" />;
  const { visit, measured, notes } = query.data;
  const at = visit?.period?.start ?? notes[0]?.date;
  // What holds now may not have held then, and the paper says which of both it is.
  const isPast = at !== undefined && today(new Date(at)) !== today();
  return (
    <PrintFrame title={i18n.t('Visit summary')}>
      <p>
        {showTime(at, locale)} {visit && <bdi>{textOf(visit.reasonCode?.[0]) || textOf(visit.type?.[0])}</bdi>}
      </p>
      <PrintList
        title={isPast ? i18n.t('Allergies as of today') : i18n.t('Allergies')}
        items={chart.allergies.map(({ resource }) => printItem(resource, textOf(resource.code)))}
      />
      <Measured
        title={i18n.t('Measured at this visit')}
        all={measured}
        empty={i18n.t('Nothing was measured at this visit.')}
      />
      {notes.map((note) => (
        <PrintedNote key={note.id} note={note} />
      ))}
      <PrintList
        title={isPast ? i18n.t('Medicines as of today') : i18n.t('Medicines')}
        items={chart.medicines
          .filter(({ resource }) => isActive(resource))
          .map(({ resource }) => printItem(resource, textOf(conceptOf(resource)), dosageOf(resource)))}
      />
    </PrintFrame>
  );
}
