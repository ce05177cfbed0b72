import { expect, test } from 'vitest';
import { monthsLater, weeksOf } from './month';

test('a month is shown in whole weeks, from the first weekday of the language', () => {
  const monday = weeksOf('2026-11-27', 1);
  expect([monday.length, monday[0]?.[0], monday.at(-1)?.at(-1)]).toEqual([6, '2026-10-26', '2026-12-06']);
  const saturday = weeksOf('2026-11-27', 6);
  expect([saturday.length, saturday[0]?.[0]]).toEqual([5, '2026-10-31']);
  expect(weeksOf('2027-02-10', 1)).toHaveLength(4);
});

test('months later, over the end of a year', () => {
  expect(monthsLater('2026-11-30', 3)).toBe('2027-02-01');
  expect(monthsLater('2026-01-15', -1)).toBe('2025-12-01');
});
