import { expect, test } from 'vitest';
import type { Look } from './event';
import { together } from './together';

const look = (id: string, minute: number, more: Partial<Look> = {}): Look => ({
  id,
  at: `2026-11-27T10:${String(minute).padStart(2, '0')}:00Z`,
  who: 'Practitioner/a',
  what: 'Looked at · Patient',
  refused: false,
  patients: ['p'],
  isLook: true,
  ...more,
});

test('what one person looked at of one patient within moments is one sitting', () => {
  const found = together([look('c', 9), look('b', 8, { what: 'Opened' }), look('a', 8)]);
  expect(found.map(({ looks }) => looks.map(({ id }) => id))).toEqual([['c', 'b', 'a']]);
  expect(found[0]?.whats).toEqual(['Looked at · Patient', 'Opened']);
});

test.each([
  ['another person', { who: 'Practitioner/b' }],
  ['another patient', { patients: ['q'] }],
  ['a refusal', { refused: true }],
  ['a change', { isLook: false }],
  ['a page of many', { patients: ['p', 'q'] }],
  ['hours before', { at: '2026-11-27T06:00:00Z' }],
])('%s is a line of its own', (_, more) => {
  expect(together([look('b', 9), look('a', 9, more)])).toHaveLength(2);
});
