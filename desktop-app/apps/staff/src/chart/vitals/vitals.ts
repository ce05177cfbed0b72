import {
  type ChartRecord,
  type CodeableConcept,
  digitsOf,
  type News2,
  type Observation,
  type Quantity,
  type Reference,
  type VitalValue,
} from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { hasCode, quantityText } from '../../fhir/words';
import { isAhead, latestOf } from '../../time/ahead';

export const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
export const PRESSURE = '85354-9';
export const CONSCIOUSNESS = '67775-7';
export const OXYGEN = '3151-8';

export interface Vital {
  code: string;
  /** UCUM, as it is stored. */
  ucum: string;
  /** As it is shown. */
  unit: string;
  /** Part of a panel with this code. */
  panel?: string;
}

/** What is measured, in the order it is asked for. */
export const VITALS: readonly Vital[] = [
  { code: '8480-6', ucum: 'mm[Hg]', unit: 'mmHg', panel: PRESSURE },
  { code: '8462-4', ucum: 'mm[Hg]', unit: 'mmHg', panel: PRESSURE },
  { code: '8867-4', ucum: '/min', unit: '/min' },
  { code: '9279-1', ucum: '/min', unit: '/min' },
  { code: '8310-5', ucum: 'Cel', unit: '°C' },
  { code: '59408-5', ucum: '%', unit: '%' },
  { code: OXYGEN, ucum: 'L/min', unit: 'L/min' },
  { code: '29463-7', ucum: 'kg', unit: 'kg' },
  { code: '8302-2', ucum: 'cm', unit: 'cm' },
];

/** Alert, newly confused, voice, pain, unresponsive. */
export const LEVELS = ['A', 'C', 'V', 'P', 'U'] as const;

/** The codes under which they are stored: the answers of LOINC's list, and SNOMED CT's acute confusion, which that list lacks. */
const LEVEL_CODES: Record<string, { system: string; code: string }> = {
  A: { system: LOINC, code: 'LA9340-6' },
  C: { system: 'http://snomed.info/sct', code: '130987000' },
  V: { system: LOINC, code: 'LA9341-4' },
  P: { system: LOINC, code: 'LA9342-2' },
  U: { system: LOINC, code: 'LA9343-0' },
};

/** Which are shown of somebody, the most telling first. */
export const SHOWN: readonly string[] = [
  PRESSURE,
  '8867-4',
  '9279-1',
  '8310-5',
  '59408-5',
  '2708-6',
  OXYGEN,
  CONSCIOUSNESS,
  '29463-7',
  '8302-2',
];

export function vitalName(i18n: I18n, code: string): string {
  const names: Record<string, string> = {
    '8480-6': i18n.t('Systolic'),
    '8462-4': i18n.t('Diastolic'),
    [PRESSURE]: i18n.t('Blood pressure'),
    '8867-4': i18n.t('Pulse'),
    '9279-1': i18n.t('Breaths'),
    '8310-5': i18n.t('Temperature'),
    '59408-5': i18n.t('Oxygen saturation'),
    '2708-6': i18n.t('Oxygen saturation'),
    [OXYGEN]: i18n.t('Oxygen given'),
    [CONSCIOUSNESS]: i18n.t('Consciousness'),
    '29463-7': i18n.t('Weight'),
    '8302-2': i18n.t('Height'),
    '39156-5': i18n.t('Body mass index'),
  };
  return names[code] ?? code;
}

export function levelName(i18n: I18n, level: string): string {
  const names: Record<string, string> = {
    A: i18n.t('Alert'),
    C: i18n.t('Newly confused'),
    V: i18n.t('Responds to voice'),
    P: i18n.t('Responds to pain'),
    U: i18n.t('Unresponsive'),
  };
  return names[level] ?? level;
}

/** The form: what was typed, by code; "" is not measured. */
export type VitalsForm = Record<string, string>;

/** A number as people type it: with a comma or a point, in any digits. Nothing if it is none. */
export function parseNumber(text: string): number | undefined {
  const western = text
    .trim()
    .replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
    .replace(/[,٫]/, '.');
  return /^\d+(\.\d+)?$/.test(western) ? Number(western) : undefined;
}

/** Fields with something in them that is no number. */
export function faultsOf(form: VitalsForm): string[] {
  return VITALS.map(({ code }) => code).filter(
    (code) => (form[code] ?? '').trim() !== '' && parseNumber(form[code] ?? '') === undefined,
  );
}

/** What the host is asked about: absurd values, and the score. */
export function valuesOf(form: VitalsForm): VitalValue[] {
  const measured = VITALS.flatMap(({ code, ucum }) => {
    const value = parseNumber(form[code] ?? '');
    return value === undefined ? [] : [{ code, value, unit: ucum }];
  });
  const level = form[CONSCIOUSNESS];
  return level ? [...measured, { code: CONSCIOUSNESS, value: level, unit: '' }] : measured;
}

interface Context {
  /** The visit that is under way. */
  encounter?: Reference;
  patient: string;
  at: string;
  author: Observation['performer'];
  /** Ids that stay the same when the same form is saved again, by code. */
  idOf: (code: string) => string;
}

/** The observations of a form; both pressures are one. */
export function observationsOf(form: VitalsForm, context: Context): (Observation & { id: string })[] {
  const single = VITALS.filter(({ panel, code }) => !panel && parseNumber(form[code] ?? '') !== undefined).map(
    (vital) => ({
      ...observation(vital.code, context),
      valueQuantity: quantity(vital, form),
    }),
  );
  const parts = VITALS.filter(({ panel, code }) => panel && parseNumber(form[code] ?? '') !== undefined);
  const pressure =
    parts.length === 0
      ? []
      : [
          {
            ...observation(PRESSURE, context),
            component: parts.map((vital) => ({ code: concept(vital.code), valueQuantity: quantity(vital, form) })),
          },
        ];
  const level = form[CONSCIOUSNESS];
  const consciousness = level
    ? [{ ...observation(CONSCIOUSNESS, context), valueCodeableConcept: levelConcept(level) }]
    : [];
  return [...pressure, ...single, ...consciousness];
}

function observation(code: string, { patient, at, author, idOf, encounter }: Context): Observation & { id: string } {
  return {
    resourceType: 'Observation',
    id: idOf(code),
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
    ],
    code: concept(code),
    subject: { reference: `Patient/${patient}` },
    encounter,
    effectiveDateTime: at,
    performer: author,
  };
}

function levelConcept(level: string): CodeableConcept {
  const coding = LEVEL_CODES[level];
  return coding ? { coding: [coding], text: level } : { text: level };
}

const concept = (code: string) => ({ coding: [{ system: LOINC, code }] });

function quantity({ code, ucum, unit }: Vital, form: VitalsForm): Quantity {
  return { value: parseNumber(form[code] ?? ''), unit, system: UCUM, code: ucum };
}

/** An observation, and where it is by now, which is known of those of the chart alone. */
export type Measurement = Pick<ChartRecord<Observation>, 'resource'> & Partial<ChartRecord<Observation>>;

const whenMeasured = ({ resource }: Measurement) => resource.effectiveDateTime ?? resource.issued;

/** The newest observation with this code; one that is dated in the future only if there is no other. */
export function newestOf<T extends Measurement>(records: T[], code: string, now = Date.now()): T | undefined {
  return latestOf(
    records.filter(({ resource }) => hasCode(resource.code, code)),
    whenMeasured,
    now,
  );
}

/** Of these codes those whose newest value is dated in the future. */
export function aheadOf(records: Measurement[], codes: readonly string[], now: number) {
  return codes.flatMap((code) => {
    const ahead = records.filter((record) => hasCode(record.resource.code, code) && isAhead(whenMeasured(record), now));
    const record = ahead[0];
    return record ? [{ code, record }] : [];
  });
}

/** What was measured, as it is said. */
export function vitalText(i18n: I18n, observation: Observation): string {
  const part = (code: string) =>
    digitsOf(observation.component?.find((one) => hasCode(one.code, code))?.valueQuantity, 'value');
  if (hasCode(observation.code, PRESSURE)) {
    return `${part('8480-6') || '–'}/${part('8462-4') || '–'} mmHg`;
  }
  const text = observation.valueCodeableConcept?.text ?? observation.valueCodeableConcept?.coding?.[0]?.code;
  if (hasCode(observation.code, CONSCIOUSNESS) && text) return levelName(i18n, text);
  return quantityText(observation.valueQuantity) || (text ?? observation.valueString ?? '');
}

/** NEWS2 in words, and how urgent it is (Royal College of Physicians, 2017). */
export function newsWords(i18n: I18n, news: News2): { kind: 'ok' | 'off' | 'warn' | 'danger'; text: string } {
  const { score, band, assumed } = news;
  const isHigh = band === 'high' || score >= 7;
  const isMedium = !isHigh && (/^medium|^low-medium/.test(band) || score >= 5);
  if (isHigh) return { kind: 'danger', text: i18n.t('NEWS2 {score}: emergency response', { score }) };
  if (isMedium) return { kind: 'warn', text: i18n.t('NEWS2 {score}: urgent review', { score }) };
  // What nobody looked at counts as usual; a low score by that alone is not shown as a good one.
  if (assumed.length > 0)
    return { kind: 'off', text: i18n.t('NEWS2 {score}, and not everything was looked at', { score }) };
  return { kind: 'ok', text: i18n.t('NEWS2 {score}: low risk', { score }) };
}
