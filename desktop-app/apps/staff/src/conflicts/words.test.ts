import { expect, test } from 'vitest';
import { linesOf } from './words';

test('a value is shown in lines, without the addresses of code systems', () => {
  expect(linesOf([{ use: 'official', given: ['Amina', 'N.'], family: 'Haddad' }])).toEqual([
    'use: official',
    'given: Amina, N.',
    'family: Haddad',
  ]);
  expect(linesOf({ coding: [{ system: 'http://x', code: 'J45', display: 'Asthma' }], text: 'Asthma' })).toEqual([
    'coding:',
    '\u2003code: J45',
    '\u2003display: Asthma',
    'text: Asthma',
  ]);
  expect(linesOf([{ text: '1 tablet' }])).toEqual(['1 tablet']);
  expect(linesOf('female')).toEqual(['female']);
  expect(linesOf(undefined)).toEqual([]);
});
