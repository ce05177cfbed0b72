import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { linesOf } from './lines';

const i18n = setupI18n({ locale: 'en', messages: { en: {} } });
const lines = (value: unknown) => linesOf(i18n, value);

test('a value is shown in lines and in the words of the forms', () => {
  expect(lines([{ use: 'official', given: ['Amina', 'N.'], family: 'Haddad' }])).toEqual([
    'Used for: Official',
    'Given names: Amina, N.',
    'Family name: Haddad',
  ]);
  expect(lines('female')).toEqual(['Female']);
  expect(lines({ preferred: true })).toEqual(['Preferred: Yes']);
});

test('addresses of code systems are left out', () => {
  expect(lines({ coding: [{ system: 'http://x', code: 'J45', display: 'Asthma' }], text: 'Asthma' })).toEqual([
    'Code:',
    '\u2003Code: J45',
    '\u2003Name: Asthma',
    'In words: Asthma',
  ]);
});

test('one text needs no heading, nothing has no line, and what has no word stands as it is', () => {
  expect(lines([{ text: '1 tablet' }])).toEqual(['1 tablet']);
  expect(lines(undefined)).toEqual([]);
  expect(lines({ constructor: 'x', birthTime: '10:00' })).toEqual(['constructor: x', 'birthTime: 10:00']);
});
