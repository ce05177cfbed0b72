import { expect, test } from 'vitest';
import { clockAt, dateAt, daysLater, instantAt } from './zone';

const PARIS = 'Europe/Paris';

test('times are those of the clinic, not of the computer', () => {
  expect(clockAt('2026-11-27T23:30:00Z', PARIS, 'en')).toBe('00:30');
  expect(dateAt('2026-11-27T23:30:00Z', PARIS)).toBe('2026-11-28');
  expect(clockAt('2026-11-27T23:30:00Z', 'America/New_York', 'en')).toBe('18:30');
});

test.each([
  ['2026-11-27', '09:15', '2026-11-27T08:15:00.000Z'],
  ['2026-07-01', '09:15', '2026-07-01T07:15:00.000Z'],
  ['2026-03-29', '09:00', '2026-03-29T07:00:00.000Z'],
  // Clocks skip it: an hour later.
  ['2026-03-29', '02:30', '2026-03-29T01:30:00.000Z'],
  // It comes twice: the first.
  ['2026-10-25', '02:30', '2026-10-25T00:30:00.000Z'],
  ['2026-10-25', '03:00', '2026-10-25T02:00:00.000Z'],
])('%s %s at the clinic', (date, clock, instant) => {
  expect(instantAt(date, clock, PARIS)).toBe(instant);
});

test('a day later is the next date, also where clocks change', () => {
  expect(daysLater('2026-10-25', 1)).toBe('2026-10-26');
  expect(daysLater('2026-03-01', -1)).toBe('2026-02-28');
});
