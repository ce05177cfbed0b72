import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { messages } from '../../../../../packages/i18n/src/locales/en.po';
import { summaryOf } from './summary';

const i18n = setupI18n({ locale: 'en', messages: { en: messages } });
const point = (value: number, day: number) => ({
  id: `${day}`,
  at: `2026-11-${day}T10:00:00Z`,
  value,
  unit: 'g/dL',
  low: 12,
  high: 16,
});

/** Without the marks that keep values from left to right. */
const plain = (text: string) => text.replace(/[\u2066\u2069]/g, '');

test('a course is told with its span, ends, extremes and what is abnormal', () => {
  expect(plain(summaryOf(i18n, [point(13, 10), point(9, 20), point(11, 25)], 'Haemoglobin'))).toBe(
    'Haemoglobin: 3 values over 15 days, from 13 g/dL to 11 g/dL; lowest 9, highest 13. 2 are outside of the normal range.',
  );
});

test('one value is no course', () => {
  expect(plain(summaryOf(i18n, [point(13, 10)], 'Haemoglobin'))).toBe('Haemoglobin: 13 g/dL, measured once.');
});
