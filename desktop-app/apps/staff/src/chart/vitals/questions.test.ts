import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { mustConfirm, questionText } from './questions';

const i18n = setupI18n({ locale: 'en', messages: { en: {} } });
const question = (why: string) => ({ code: '8310-5', why, low: 30, high: 43, text: 'the host’s own words' });

test('what can hardly be has to be confirmed, what is unusual has not', () => {
  expect(['hardly-possible', 'unit', 'does-not-fit', 'unusual'].map((why) => mustConfirm(question(why)))).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(mustConfirm({ code: 'x', text: 'a question of a newer host' })).toBe(true);
});

test('a question that nobody has words for here is asked in those of the host', () => {
  expect(questionText(i18n, question('does-not-fit'), {})).toBe('the host’s own words');
});
