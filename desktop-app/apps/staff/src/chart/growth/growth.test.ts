import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { messages } from '../../../../../packages/i18n/src/locales/en.po';
import { grownOf, growthWords, percentileWords, plotOf, rowsOf } from './growth';
import { referenceOf } from './reference';

const i18n = setupI18n({ locale: 'en', messages: { en: messages } });
const BORN = '2024-03-01';
const point = (at: string, value: number, unit: string) => ({ id: at, at, value, unit });

/** Without the marks that keep values from left to right. */
const plain = (text: string) => text.replace(/[\u2066\u2069]/g, '');

test('measurements stand by age, in one unit, and what is not understood is left out', () => {
  const grown = grownOf(
    BORN,
    [
      point('2026-03-01T09:00:00Z', 12, 'kg'),
      point('2024-03-01', 3400, 'g'),
      point('2023-01-01', 3, 'kg'),
      point('2025-03-01', 9, 'stone'),
    ],
    'kg',
  );
  expect(grown.map(({ on, value }) => [on, value])).toEqual([
    ['2024-03-01', 3.4],
    ['2026-03-01', 12],
  ]);
  expect(grown[1]?.age).toBeCloseTo(2, 1);
});

test('weight and height of one day share a row', () => {
  const weights = grownOf(BORN, [point('2024-04-01', 4.5, 'kg')], 'kg');
  const heights = grownOf(BORN, [point('2024-04-01', 0.55, 'm'), point('2024-05-01', 57, 'cm')], 'cm');
  expect(rowsOf(weights, heights)).toEqual([
    { on: '2024-05-01', cm: 57 },
    { on: '2024-04-01', kg: 4.5, cm: 55 },
  ]);
});

test('a course is told with the ages at both ends', () => {
  const grown = grownOf(BORN, [point('2024-03-02', 3.4, 'kg'), point('2026-03-02', 12, 'kg')], 'kg');
  expect(plain(growthWords(i18n, BORN, 'Weight', 'kg', grown))).toBe(
    'Weight: 2 values, from 3.4 kg (1 day old) to 12 kg (2 years old).',
  );
  expect(plain(growthWords(i18n, BORN, 'Weight', 'kg', grown.slice(0, 1)))).toBe(
    'Weight: 3.4 kg (1 day old), measured once.',
  );
  expect(plain(growthWords(i18n, BORN, 'Height', 'cm', []))).toBe('Height: not measured yet.');
});

test('a plot has the curves as far as the child has come, and what was measured in between', () => {
  const grown = grownOf(BORN, [point('2024-03-11', 3.5, 'kg'), point('2024-06-05', 6, 'kg')], 'kg');
  const [ages, values, third, , , , last] = plotOf(grown, referenceOf('kg', 'female'));
  expect(values?.filter((value) => value !== null)).toEqual([3.5, 6]);
  expect(ages[0]).toBe(0);
  expect(Math.max(...ages)).toBeLessThan(0.4);
  expect(third?.every((value, index) => (value ?? 0) < (last?.[index] ?? 0))).toBe(true);
  expect(plotOf(grown, undefined)).toHaveLength(2);
});

test('a percentile at either end says that it is an end', () => {
  expect([0.2, 3.4, 99.8].map(percentileWords).map(plain)).toEqual(['< 1', '3', '> 99']);
});
