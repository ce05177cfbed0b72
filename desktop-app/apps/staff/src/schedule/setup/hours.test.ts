import type { WeeklyHours } from '@holdfast/api';
import { expect, test } from 'vitest';
import { faultOf, hoursWords } from './hours';

const line = (weekday: WeeklyHours['weekday'], from: string, to: string): WeeklyHours => ({ weekday, from, to });

test('days with the same hours are told together', () => {
  const weekly = [
    line(1, '13:30', '18:00'),
    line(1, '08:00', '12:30'),
    line(2, '08:00', '12:30'),
    line(2, '13:30', '18:00'),
  ];
  const words = hoursWords([...weekly, line(5, '08:00', '12:00')], 'en');
  expect(words.map((one) => one.replace(/[\u2066\u2069]/g, ''))).toEqual([
    'Mon, Tue 08:00–12:30, 13:30–18:00',
    'Fri 08:00–12:00',
  ]);
  expect(hoursWords(weekly, 'ar')[0]).not.toContain(',');
});

test.each([
  [[line(1, '08:00', '12:00'), line(1, '12:00', '17:00')], undefined],
  [[line(1, '20:00', '24:00')], undefined],
  [[line(1, '8', '12:00')], 'no-time'],
  [[line(1, '12:00', '08:00')], 'ends-before'],
  [[line(1, '08:00', '12:30'), line(1, '12:00', '17:00')], 'overlaps'],
  [[line(1, '08:00', '12:30'), line(2, '12:00', '17:00')], undefined],
])('what is wrong with hours', (weekly, fault) => {
  expect(faultOf(weekly)).toBe(fault);
});
