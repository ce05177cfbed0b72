import { useLingui, useLocale } from '@holdfast/i18n';
import { useChart } from '../chart/ChartContext';
import { conceptOf, dosageOf, isActive } from '../chart/medicines/medicine';
import { NoteText } from '../chart/notes/NoteText';
import { appendedTo, authorOfNote, titleOfNote, visitOf } from '../chart/notes/note';
import { vitalName, vitalText } from '../chart/vitals/vitals';
import { isolated, textOf } from '../fhir/words';
import { showTime } from '../time/dates';
import { ForPrint } from './ForPrint';
import { PrintFrame, PrintList, printItem } from './PrintFrame';

/** One visit on paper. `encounter` is its id, or `note-ID` for a note that belongs to none. */
export default function EncounterPrint({ id, encounter }: { id: string; encounter: string }) {
  return (
    <ForPrint id={id}>
      <Sheet encounter={encounter} />
    </ForPrint>
  );
}

const ONE_DAY_MS = 24 * 3_600_000;

function Sheet({ encounter }: { encounter: string }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { chart } = useChart();
  const single = encounter.startsWith('note-') ? encounter.slice('note-'.length) : undefined;
  const all = chart.notes.latest.map(({ resource }) => resource);
  const notes = all.filter((note) =>
    single ? note.id === single || appendedTo(note) === single : visitOf(note) === `Encounter/${encounter}`,
  );
  const visit = chart.encounters.find(({ resource }) => resource.id === encounter)?.resource;
  const at = visit?.period?.start ?? notes.at(-1)?.date;
  const isOfDay = (when: string | undefined) =>
    at !== undefined && when !== undefined && Math.abs(new Date(when).getTime() - new Date(at).getTime()) < ONE_DAY_MS;
  return (
    <PrintFrame title={i18n.t('Visit summary')}>
      <p>
        {showTime(at, locale)} {visit && <bdi>{textOf(visit.reasonCode?.[0]) || textOf(visit.type?.[0])}</bdi>}
      </p>
      <PrintList
        title={i18n.t('Allergies')}
        items={chart.allergies.map(({ resource }) => printItem(resource, textOf(resource.code)))}
      />
      <PrintList
        title={i18n.t('Measured')}
        items={chart.vitals.latest
          .filter(({ resource }) => isOfDay(resource.effectiveDateTime))
          .map(({ resource }) => {
            const name = vitalName(i18n, resource.code.coding?.[0]?.code ?? '');
            return printItem(resource, `${name}: ${isolated(vitalText(i18n, resource))}`);
          })}
      />
      {notes.map((note) => (
        <section key={note.id}>
          <h2>
            {titleOfNote(note)}, {showTime(note.date, locale)}, <bdi>{authorOfNote(note)}</bdi>
          </h2>
          <NoteText note={note} />
        </section>
      ))}
      <PrintList
        title={i18n.t('Medicines')}
        items={chart.medicines
          .filter(({ resource }) => isActive(resource))
          .map(({ resource }) => printItem(resource, textOf(conceptOf(resource)), dosageOf(resource)))}
      />
    </PrintFrame>
  );
}
