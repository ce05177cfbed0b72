import type { Chart, ChartRecord, FhirResource } from '@holdfast/api';
import { expect, test } from 'vitest';
import { enteredInError } from './inError';
import { findInChart, placeInChart, removeFromChart } from './placeInChart';

const record = (resource: object): ChartRecord => ({
  resource: resource as FhirResource,
  version: '1',
  savedAt: 'saving',
  conflicts: [],
});
const empty = {
  patient: record({ resourceType: 'Patient', id: 'p' }),
  allergies: [],
  medicines: [],
  problems: [],
  vitals: { latest: [] },
  notes: { total: 4, latest: [] },
  encounters: [],
  immunizations: [],
  results: [],
  documents: [],
  familyHistory: [],
  counts: {},
  tookMs: 1,
} as unknown as Chart;
const allergy = {
  resourceType: 'AllergyIntolerance',
  id: 'a',
  patient: {},
  clinicalStatus: { coding: [{ code: 'active' }] },
};
const vital = {
  resourceType: 'Observation',
  id: 'o',
  status: 'final',
  category: [{ coding: [{ code: 'vital-signs' }] }],
  code: {},
};

test('a new record comes first, a known one stays where it is', () => {
  const one = placeInChart(empty, record(allergy));
  const two = placeInChart(one, record({ ...allergy, id: 'b' }));
  const edited = placeInChart(two, record({ ...allergy, criticality: 'high' }));
  expect(edited.allergies.map(({ resource }) => resource.id)).toEqual(['b', 'a']);
  expect(edited.allergies[1]?.resource.criticality).toBe('high');
});

test('observations go where their category says', () => {
  expect(placeInChart(empty, record(vital)).vitals.latest).toHaveLength(1);
  expect(
    placeInChart(empty, record({ ...vital, category: [{ coding: [{ code: 'laboratory' }] }] })).results,
  ).toHaveLength(1);
});

test('a note is counted once', () => {
  const note = record({ resourceType: 'Composition', id: 'n', status: 'final' });
  expect(placeInChart(placeInChart(empty, note), note).notes.total).toBe(5);
});

test('what was entered in error is gone', () => {
  const chart = placeInChart(empty, record(allergy));
  const wrong = enteredInError(allergy as never as FhirResource);
  expect(wrong).not.toHaveProperty('clinicalStatus');
  expect(placeInChart(chart, record(wrong)).allergies).toEqual([]);
  expect(placeInChart(empty, record(enteredInError(vital as never as FhirResource))).vitals.latest).toEqual([]);
});

test('a refused save is taken out again', () => {
  const chart = placeInChart(empty, record(allergy));
  expect(findInChart(chart, allergy as never)).toBeDefined();
  expect(removeFromChart(chart, allergy as never).allergies).toEqual([]);
});

test('a medicine that is stopped moves to those of the past, and back', () => {
  const medicine = { resourceType: 'MedicationRequest', id: 'm', status: 'active', intent: 'order', subject: {} };
  const active = placeInChart(empty, record(medicine));
  const stopped = placeInChart(active, record({ ...medicine, status: 'stopped' }));
  expect([stopped.medicines.length, stopped.pastMedicines?.length]).toEqual([0, 1]);
  expect(findInChart(stopped, medicine as never)).toBeDefined();
  expect(placeInChart(stopped, record(medicine)).pastMedicines).toEqual([]);
});
