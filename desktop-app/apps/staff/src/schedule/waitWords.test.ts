import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { messages as ar } from '../../../../packages/i18n/src/locales/ar.po';
import { messages as en } from '../../../../packages/i18n/src/locales/en.po';
import { minutesSince, waitWords } from './waitWords';

const english = setupI18n({ locale: 'en', messages: { en } });
const arabic = setupI18n({ locale: 'ar', messages: { ar } });

test.each([
  [-3, '0 min'],
  [0, '0 min'],
  [12.9, '12 min'],
  [59, '59 min'],
  [60, '1 h 0 min'],
  [135, '2 h 15 min'],
])('%s minutes', (minutes, words) => {
  expect(waitWords(english, minutes)).toBe(words);
});

test('in Arabic', () => {
  expect(waitWords(arabic, 75)).toBe('1 س 15 د');
});

test('a wait counts whole minutes', () => {
  expect(minutesSince('2026-11-27T09:00:00+01:00', Date.parse('2026-11-27T08:12:59Z'))).toBe(12);
});
