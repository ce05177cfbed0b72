import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { isAhead, latestOf, timeWords } from './ahead';

const NOW = new Date('2026-11-28T09:00:00Z').getTime();

test.each([
  ['2026-11-28T08:59:00Z', false],
  ['2026-11-28T09:04:00Z', false],
  ['2026-11-28T09:06:00Z', true],
  ['2026-11-28T10:30:00+02:00', false],
  ['2031-01-01', true],
  ['2026-11-28', false],
  ['2026-12', true],
  ['2026', false],
  ['', false],
  [undefined, false],
])('%s is of the future: %s', (at, expected) => {
  expect(isAhead(at, NOW)).toBe(expected);
});

test('the latest is the newest that has been', () => {
  const latest = (...all: string[]) => latestOf(all, (one) => one, NOW);
  expect(latest('2026-11-27', '2031-01-01', '2026-11-28')).toBe('2026-11-28');
  expect(latest('2040-01-01', '2031-01-01')).toBe('2031-01-01');
  expect(latest()).toBeUndefined();
});

test('paper says what is of the future', () => {
  const i18n = setupI18n({ locale: 'en', messages: { en: {} } });
  expect(timeWords(i18n, '2031-01-01', 'fr', NOW)).toContain('2031, in the future');
  expect(timeWords(i18n, '2020-01-01', 'fr', NOW)).not.toContain('future');
});
