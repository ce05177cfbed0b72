import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { messages } from '../../../../../packages/i18n/src/locales/en.po';
import { cannotWords } from './cannotWords';

const i18n = setupI18n({ locale: 'en', messages: { en: messages } });

test('when somebody can never come, in words', () => {
  expect(cannotWords(i18n, { notOn: [] })).toBeUndefined();
  expect(cannotWords(i18n, { notOn: [2, 4] })).toMatch(/^Never on Tue.*Thu/);
  expect(cannotWords(i18n, { notOn: [2], only: 'morning' })).toMatch(/^Never on Tue.* · Only before noon$/);
  expect(cannotWords(i18n, { notOn: [], only: 'afternoon' })).toBe('Only from noon on');
});
