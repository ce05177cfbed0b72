import { expect, test } from 'vitest';
import { isSelfRegistered, mrnOf, nameOf, narrative, plainText, quantityText, textOf } from './words';

test('the official name is shown, an old one only if there is no other', () => {
  const old = { use: 'old' as const, family: 'Ali' };
  expect(nameOf([old, { use: 'official', given: ['Amina', 'N.'], family: 'Haddad' }])).toBe('Amina N. Haddad');
  expect(nameOf([old])).toBe('Ali');
  expect(nameOf(undefined)).toBe('');
});

test('a concept says its text, else the name of a code, else the code', () => {
  expect(textOf({ text: 'Asthma', coding: [{ display: 'Other' }] })).toBe('Asthma');
  expect(textOf({ coding: [{ code: 'J45' }, { display: 'Asthma' }] })).toBe('Asthma');
  expect(textOf({ coding: [{ code: 'J45' }] })).toBe('J45');
});

test('a quantity has comparator and unit', () => {
  expect(quantityText({ value: 5, comparator: '<', unit: 'mmol/L' })).toBe('<5 mmol/L');
  expect(quantityText({ unit: 'mg' })).toBe('');
});

test('the MRN is the identifier of that type', () => {
  const identifier = [{ value: 'X1' }, { value: 'N-42', type: { coding: [{ code: 'MR' }] } }];
  expect(mrnOf({ resourceType: 'Patient', identifier })).toBe('N-42');
});

test('whoever booked on the web is marked until somebody has given them a number', () => {
  const meta = { tag: [{ system: 'urn:holdfast:patient', code: 'self-registered' }] };
  expect(isSelfRegistered({ resourceType: 'Patient', meta })).toBe(true);
  expect(isSelfRegistered({ resourceType: 'Patient', meta, identifier: [{ value: 'N-42' }] })).toBe(false);
  expect(isSelfRegistered({ resourceType: 'Patient' })).toBe(false);
});

test('text of a note is the same after it has been a narrative', () => {
  const text = 'Fever < 3 days & cough.\nNo rash.\n\nPlan: rest.';
  expect(plainText(narrative(text).div).replace(/\n+/g, '\n')).toBe(text.replace(/\n+/g, '\n'));
});
