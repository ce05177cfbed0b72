import { expect, test } from 'vitest';
import { curvesAt, type GrowthReference, lastAge, percentileOf, referenceOf } from './reference';

const of = (what: 'kg' | 'cm', sex: string) => referenceOf(what, sex) as GrowthReference;

// WHO's own percentiles, as its charts print them.
test.each([
  ['kg', 'female', 5, [14, 15.7, 18.2, 21.3, 24.4]],
  ['kg', 'male', 0, [2.5, 2.9, 3.3, 3.9, 4.3]],
  ['cm', 'male', 1, [71.3, 73.3, 75.7, 78.2, 80.2]],
] as const)('%s of a %s of %s years', (what, sex, age, expected) => {
  curvesAt(of(what, sex), age)?.forEach((value, index) => {
    expect(Math.abs(value - (expected[index] ?? 0))).toBeLessThan(0.11);
  });
});

test('the median is on percentile 50, and a curve on its own', () => {
  const girls = of('kg', 'female');
  const [third, , median, , last] = curvesAt(girls, 3.3) ?? [];
  expect(percentileOf(girls, 3.3, median ?? 0)).toBeCloseTo(50, 4);
  expect(percentileOf(girls, 3.3, third ?? 0)).toBeCloseTo(3, 2);
  expect(percentileOf(girls, 3.3, last ?? 0)).toBeCloseTo(97, 2);
});

test('a weight far away is still told apart from one further away', () => {
  const boys = of('kg', 'male');
  const [far, further] = [percentileOf(boys, 2, 22), percentileOf(boys, 2, 26)];
  expect(far).toBeGreaterThan(99);
  expect(further).toBeGreaterThanOrEqual(far ?? 100);
});

test('nothing is said of a sex or an age that the reference does not know', () => {
  expect(referenceOf('kg', 'other')).toBeUndefined();
  expect(referenceOf('kg', undefined)).toBeUndefined();
  expect(percentileOf(of('kg', 'male'), 11, 30)).toBeUndefined();
  expect(Math.floor(lastAge(of('cm', 'male')))).toBe(19);
});
