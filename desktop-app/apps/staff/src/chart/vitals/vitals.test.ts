import { expect, test } from 'vitest';
import { aheadOf, faultsOf, newestOf, observationsOf, parseNumber, valuesOf } from './vitals';

const context = {
  patient: 'p',
  at: '2026-11-27T10:00:00+00:00',
  author: [{ display: 'A' }],
  idOf: (code: string) => `id-${code}`,
};

test.each([
  ['37,2', 37.2],
  ['37.2', 37.2],
  ['٣٧٫٢', 37.2],
  ['120', 120],
  ['12O', undefined],
  ['-1', undefined],
  ['', undefined],
])('%s is the number %s', (text, expected) => {
  expect(parseNumber(text)).toBe(expected);
});

test('both pressures are one observation, everything else is its own', () => {
  const all = observationsOf({ '8480-6': '120', '8462-4': '80', '8310-5': '37,2', '67775-7': 'A' }, context);
  expect(all.map(({ id }) => id)).toEqual(['id-85354-9', 'id-8310-5', 'id-67775-7']);
  expect(all[0]?.component?.map(({ valueQuantity }) => valueQuantity?.value)).toEqual([120, 80]);
  expect(all[1]?.valueQuantity).toEqual({ value: 37.2, unit: '°C', system: 'http://unitsofmeasure.org', code: 'Cel' });
});

test('what is not measured is not saved, and not asked about', () => {
  expect(observationsOf({ '8867-4': ' ' }, context)).toEqual([]);
  expect(valuesOf({ '8867-4': '' })).toEqual([]);
});

test('a typing error is a fault of its field', () => {
  expect(faultsOf({ '8867-4': '7o', '8310-5': '37' })).toEqual(['8867-4']);
});

const NOW = new Date('2026-11-28T09:00:00Z').getTime();
const record = (id: string, effectiveDateTime: string) => ({
  resource: {
    resourceType: 'Observation' as const,
    id,
    status: 'final' as const,
    code: { coding: [{ code: '8867-4' }] },
    effectiveDateTime,
  },
});

test('the newest of a kind is shown, whatever the order they come in', () => {
  const all = [record('old', '2026-01-01T10:00:00+02:00'), record('new', '2026-01-01T09:00:00Z')];
  expect(newestOf(all, '8867-4', NOW)?.resource.id).toBe('new');
  expect(aheadOf(all, ['8867-4'], NOW)).toEqual([]);
});

test('what is dated in the future hides nothing, and is known as such', () => {
  const all = [record('ahead', '2031-01-01T09:00:00Z'), record('now', '2026-11-28T08:00:00Z')];
  expect(newestOf(all, '8867-4', NOW)?.resource.id).toBe('now');
  expect(aheadOf(all, ['8867-4', '8310-5'], NOW).map(({ code, record: { resource } }) => [code, resource.id])).toEqual([
    ['8867-4', 'ahead'],
  ]);
});
