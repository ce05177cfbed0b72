import type { Bundle, FhirResource } from '@holdfast/api';
import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import type { Pages } from '../../fhir/merged';
import { firstPages, knownEvents, nextPages } from './streams';

const i18n = setupI18n({ locale: 'en', messages: { en: {} } });

function bundle(resources: object[], next?: string): Bundle<FhirResource> {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    link: next ? [{ relation: 'next', url: `http://host/fhir/${next}` }] : [],
    entry: resources.map((resource) => ({ resource: resource as FhirResource })),
  };
}
const visit = (id: string, start: string) => ({ resourceType: 'Encounter', id, period: { start } });
const measured = (id: string, effectiveDateTime: string) => ({
  resourceType: 'Observation',
  id,
  code: { coding: [{ code: '8867-4' }] },
  effectiveDateTime,
  valueQuantity: { value: 70, unit: '/min' },
});

const FIRST: Pages = {
  Encounter: bundle([visit('new', '2026-11-20'), visit('old', '2020-01-01')]),
  Observation: bundle([measured('a', '2026-11-20'), measured('b', '2026-11-20'), measured('c', '2026-06-01')], 'more'),
};

test('it begins with the newest of every type', () => {
  expect(firstPages('p1').Observation).toContain('patient=p1');
  expect(firstPages('p1').Observation).toContain('_sort=-date');
});

test('nothing is shown behind the place from which a type is not known yet', () => {
  const shown = knownEvents(i18n, [FIRST]);
  expect(shown.map(({ id }) => id)).toEqual(['Encounter/new', 'Observation/a', 'Observation/c']);
  expect(nextPages(i18n, [FIRST])).toEqual({ Observation: 'more' });
});

test('once that is known, the rest follows, and then there is no more', () => {
  const all = [FIRST, { Observation: bundle([measured('d', '2019-01-01')]) }];
  expect(knownEvents(i18n, all).map(({ id }) => id)).toEqual([
    'Encounter/new',
    'Observation/a',
    'Observation/c',
    'Encounter/old',
    'Observation/d',
  ]);
  expect(nextPages(i18n, all)).toBeUndefined();
});

test('what is measured at one moment is one line', () => {
  const [, vitals] = knownEvents(i18n, [FIRST]);
  expect(vitals?.text.split(' · ')).toHaveLength(2);
});
