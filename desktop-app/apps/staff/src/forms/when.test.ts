import { expect, test } from 'vitest';
import { faultOfWhen, instantOfWhen, whenOf } from './when';

const NOW = new Date(2026, 10, 28, 9, 15, 30);

test('without a word it is now', () => {
  expect(faultOfWhen(undefined, NOW)).toBeUndefined();
  expect(instantOfWhen(undefined, NOW).slice(0, 19)).toBe('2026-11-28T09:15:30');
  expect(whenOf(NOW)).toEqual({ date: '2026-11-28', clock: '09:15' });
});

test('what was an hour ago is saved as of then, with the offset of that day', () => {
  const said = instantOfWhen({ date: '2026-11-28', clock: '08:10' }, NOW);
  expect(said.slice(0, 19)).toBe('2026-11-28T08:10:00');
  expect(new Date(said).getTime()).toBe(new Date(2026, 10, 28, 8, 10).getTime());
});

test.each([
  [{ date: '2026-11-28', clock: '09:15' }, undefined],
  [{ date: '2026-11-28', clock: '09:16' }, undefined],
  [{ date: '2026-11-28', clock: '09:17' }, 'ahead'],
  [{ date: '2026-11-29', clock: '08:00' }, 'ahead'],
  [{ date: '2026-11-27', clock: '23:59' }, undefined],
  [{ date: '2026-11', clock: '08:00' }, 'incomplete'],
  [{ date: '', clock: '08:00' }, 'incomplete'],
  [{ date: '2026-11-28', clock: '8:7x' }, 'incomplete'],
  [{ date: '2026-11-28', clock: '24:00' }, 'incomplete'],
] as const)('%o is %s', (when, fault) => {
  expect(faultOfWhen(when, NOW)).toBe(fault);
});
