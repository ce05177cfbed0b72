import type { Bundle, FhirResource } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { isolated, textOf } from '../../fhir/words';
import { isNote, noteTo } from '../notes/noteAddress';
import { PRESSURE, vitalName, vitalText } from '../vitals/vitals';

export interface Event {
  id: string;
  at: string;
  kind: string;
  text: string;
  /** The part of the chart where it stands. */
  to: string;
  /** Several of one moment are told together. */
  isMeasured?: boolean;
}

/** What has happened, the newest first; what has no time of its own is left out. */
export function eventsOf(i18n: I18n, bundles: Bundle<FhirResource>[]): Event[] {
  const all = bundles.flatMap(({ entry }) => entry ?? []).flatMap(({ resource }) => (resource ? [resource] : []));
  const events = all
    .map((resource) => eventOf(i18n, resource))
    .filter((event): event is Event => event !== undefined && event.at !== '');
  return events.sort((a, b) => new Date(b.at).getTime() - new Date(a.at).getTime());
}

function eventOf(i18n: I18n, resource: FhirResource): Event | undefined {
  const id = `${resource.resourceType}/${resource.id}`;
  switch (resource.resourceType) {
    case 'Encounter':
      return {
        id,
        at: resource.period?.start ?? '',
        kind: i18n.t('Visit'),
        text: textOf(resource.reasonCode?.[0]) || textOf(resource.type?.[0]),
        to: 'notes',
      };
    case 'Composition':
      return {
        id,
        at: resource.date,
        kind: i18n.t('Note'),
        text: [resource.title, resource.author?.[0]?.display].filter(Boolean).join(', '),
        to: noteTo(resource),
      };
    case 'Condition':
      return {
        id,
        at: resource.onsetDateTime ?? resource.recordedDate ?? '',
        kind: i18n.t('Problem'),
        text: textOf(resource.code),
        to: 'problems',
      };
    case 'MedicationRequest':
      return {
        id,
        at: resource.authoredOn ?? '',
        kind: i18n.t('Medicine'),
        text: textOf(resource.medicationCodeableConcept),
        to: 'medicines',
      };
    case 'Immunization':
      return {
        id,
        at: resource.occurrenceDateTime ?? '',
        kind: i18n.t('Immunization'),
        text: textOf(resource.vaccineCode),
        to: 'immunizations',
      };
    case 'DocumentReference':
      return {
        id,
        at: resource.date ?? '',
        kind: isNote(resource) ? i18n.t('Note') : i18n.t('Document'),
        text: resource.description ?? textOf(resource.type),
        to: isNote(resource) ? noteTo(resource) : 'documents',
      };
    case 'Procedure':
      return {
        id,
        at: resource.performedDateTime ?? resource.performedPeriod?.start ?? '',
        kind: i18n.t('Procedure'),
        text: textOf(resource.code),
        to: 'timeline',
      };
    case 'Observation': {
      const code = resource.code.coding?.[0]?.code ?? '';
      const known = vitalName(i18n, code);
      const name = known === code ? textOf(resource.code) : known;
      return {
        id,
        at: resource.effectiveDateTime ?? resource.issued ?? '',
        kind: i18n.t('Measured'),
        text: `${name}: ${isolated(vitalText(i18n, resource))}`,
        to: code === PRESSURE || known !== code ? 'vitals' : 'results',
        isMeasured: true,
      };
    }
    default:
      return undefined;
  }
}
