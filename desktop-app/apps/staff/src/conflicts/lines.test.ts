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

test('a number to call is one line, and ranks are said in words', () => {
  const plain = (value: unknown) => lines(value).map((line) => line.replace(/[\u2066\u2069]/g, ''));
  expect(
    plain([
      { system: 'phone', value: '+33 6 11', use: 'mobile', rank: 1 },
      { system: 'phone', value: '+33 6 22', rank: 2 },
      { system: 'email', value: 'a@b.c', use: 'work' },
    ]),
  ).toEqual(['Phone, Mobile: +33 6 11, preferred', 'Phone: +33 6 22', 'E-mail, Work: a@b.c']);
});

test('an address has its own words, days are shown as elsewhere', () => {
  const address = { use: 'home', type: 'postal', line: ['1 rue X'], district: 'Finistère', state: 'Bretagne' };
  expect(lines([{ ...address, period: { start: '2020-03-12' } }])).toEqual([
    'Used for: Home',
    'Type: For letters',
    'Street and number: 1 rue X',
    'District: Finistère',
    'Region: Bretagne',
    expect.stringMatching(/^When:/),
    expect.stringMatching(/From: .*Mar.*2020$/),
  ]);
});

test('what only machines read is left out', () => {
  expect(lines([{ id: 'x1', url: 'http://a', valueBoolean: true }])).toEqual(['Value: Yes']);
  expect(lines({ reference: 'Practitioner/1', display: 'Dr Koné' })).toEqual(['Name: Dr Koné']);
});
