import { expect, test } from 'vitest';
import { clockOf } from './clock';

test.each([
  ['8', '08:00'],
  ['8:5', '08:05'],
  ['0830', '08:30'],
  ['8.30', '08:30'],
  ['٠٨:٣٠', '08:30'],
  ['24', '24:00'],
  ['8:30 pm', '20:30'],
  ['12:05 AM', '00:05'],
  ['12 p.m.', '12:00'],
  ['14:00 pm', '14:00 pm'],
  ['25', '25'],
  ['8:75', '8:75'],
  ['noon', 'noon'],
])('%s is understood as %s', (typed, clock) => {
  expect(clockOf(typed)).toBe(clock);
});
