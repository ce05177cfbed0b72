import type { I18n } from '@holdfast/i18n';

export interface ChartAction {
  /** The part of the address behind the patient's. */
  to: string;
  keys: string;
  /** What is added. */
  kind: string;
  name: string;
}

/** What can be added to a chart, each with its shortcut. */
export function chartActionsOf(i18n: I18n): ChartAction[] {
  return [
    { to: 'notes/new', keys: 'alt+n', kind: 'Composition', name: i18n.t('New note') },
    { to: 'vitals/new', keys: 'alt+v', kind: 'Observation', name: i18n.t('Enter vitals') },
    { to: 'problems/new', keys: 'alt+p', kind: 'Condition', name: i18n.t('Add a problem') },
    { to: 'allergies/new', keys: 'alt+a', kind: 'AllergyIntolerance', name: i18n.t('Add an allergy') },
    { to: 'medicines/new', keys: 'alt+m', kind: 'MedicationRequest', name: i18n.t('Add a medicine') },
    { to: 'immunizations/new', keys: 'alt+i', kind: 'Immunization', name: i18n.t('Add an immunization') },
    { to: 'documents/new', keys: 'alt+u', kind: 'DocumentReference', name: i18n.t('Add a document') },
    { to: 'family/new', keys: 'alt+y', kind: 'FamilyMemberHistory', name: i18n.t('Add family history') },
  ];
}

export interface Section {
  path: string;
  name: string;
}

/** The parts of a chart, in the order of its tabs. */
export function sectionsOf(i18n: I18n): Section[] {
  return [
    { path: '', name: i18n.t('Overview') },
    { path: 'notes', name: i18n.t('Notes') },
    { path: 'vitals', name: i18n.t('Vitals') },
    { path: 'problems', name: i18n.t('Problems') },
    { path: 'allergies', name: i18n.t('Allergies') },
    { path: 'medicines', name: i18n.t('Medicines') },
    { path: 'results', name: i18n.t('Results') },
    { path: 'immunizations', name: i18n.t('Immunizations') },
    { path: 'documents', name: i18n.t('Documents') },
    { path: 'family', name: i18n.t('Family') },
    { path: 'timeline', name: i18n.t('Timeline') },
    { path: 'details', name: i18n.t('Details') },
  ];
}
