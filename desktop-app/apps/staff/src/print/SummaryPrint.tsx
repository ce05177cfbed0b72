import { useLingui, useLocale } from '@holdfast/i18n';
import { useChart } from '../chart/ChartContext';
import { conceptOf, dosageOf, isActive } from '../chart/medicines/medicine';
import { NoteText } from '../chart/notes/NoteText';
import { authorOfNote, titleOfNote } from '../chart/notes/note';
import { isOpenProblem } from '../chart/problems/problem';
import { useLatestVitals } from '../chart/vitals/useLatestVitals';
import { SHOWN, vitalName, vitalText } from '../chart/vitals/vitals';
import { isolated, textOf } from '../fhir/words';
import { latestOf, timeWords } from '../time/ahead';
import { showDate } from '../time/dates';
import { ForPrint } from './ForPrint';
import { PrintFrame, PrintList, printItem } from './PrintFrame';

/** The patient's summary on paper, for the next one who treats them. */
export default function SummaryPrint({ id }: { id: string }) {
  return (
    <ForPrint id={id}>
      <Sheet />
    </ForPrint>
  );
}

function Sheet() {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { chart } = useChart();
  const codes = chart.vitals.latest.map(({ resource }) => resource.code.coding?.[0]?.code ?? '');
  const all = [...new Set([...SHOWN, ...codes])];
  const { of } = useLatestVitals(all);
  const note = latestOf(chart.notes.latest, ({ resource }) => resource.date, Date.now())?.resource;
  return (
    <PrintFrame title={i18n.t('Patient summary')}>
      <PrintList
        title={i18n.t('Allergies')}
        items={chart.allergies.map(({ resource }) =>
          printItem(
            resource,
            textOf(resource.code),
            resource.reaction?.flatMap(({ manifestation }) => manifestation.map(textOf)).join(', '),
            resource.criticality === 'high' ? i18n.t('Severe') : '',
          ),
        )}
      />
      <PrintList
        title={i18n.t('Medicines')}
        items={chart.medicines
          .filter(({ resource }) => isActive(resource))
          .map(({ resource }) => printItem(resource, textOf(conceptOf(resource)), dosageOf(resource)))}
      />
      <PrintList
        title={i18n.t('Problems')}
        items={chart.problems
          .filter(({ resource }) => isOpenProblem(resource))
          .map(({ resource }) =>
            printItem(
              resource,
              textOf(resource.code),
              resource.onsetDateTime && i18n.t('since {date}', { date: showDate(resource.onsetDateTime, locale) }),
            ),
          )}
      />
      <PrintList
        title={i18n.t('Last vitals')}
        items={all.flatMap((code) => {
          const found = of(code)?.resource;
          if (!found) return [];
          const at = timeWords(i18n, found.effectiveDateTime, locale);
          return [printItem(found, `${vitalName(i18n, code)}: ${isolated(vitalText(i18n, found))} (${at})`)];
        })}
      />
      <PrintList
        title={i18n.t('Immunizations')}
        items={chart.immunizations.map(({ resource }) =>
          printItem(resource, textOf(resource.vaccineCode), showDate(resource.occurrenceDateTime, locale)),
        )}
      />
      {note && (
        <section>
          <h2>
            {i18n.t('Last note')}: {titleOfNote(note)}, {timeWords(i18n, note.date, locale)},{' '}
            <bdi>{authorOfNote(note)}</bdi>
          </h2>
          <NoteText note={note} />
        </section>
      )}
    </PrintFrame>
  );
}
