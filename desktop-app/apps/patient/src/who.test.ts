import { expect, test } from 'vitest';
import { birthDateOf, codeOf, faultsOf, NOBODY, western, whoOf } from './who';

const now = new Date('2026-11-27T12:00:00Z');
const ada = { ...NOBODY, name: ' Ada Byron ', day: '10', month: '12', year: '1985', contact: '+33 6 12 34 56 78' };

test('a whole form has no faults, and says who', () => {
  expect(faultsOf(ada, now)).toEqual({});
  expect(whoOf(ada)).toEqual({ name: 'Ada Byron', birthDate: '1985-12-10', contact: '+33 6 12 34 56 78' });
});

test('an empty form has a fault for each field that is needed', () => {
  expect(Object.keys(faultsOf(NOBODY, now)).sort()).toEqual(['birthDate', 'contact', 'name']);
});

test.each([
  ['29', '2', '2024', '2024-02-29'],
  ['٢٩', '٢', '٢٠٢٤', '2024-02-29'],
  ['29', '2', '2023', undefined],
  ['31', '4', '1990', undefined],
  ['1', '1', '1800', undefined],
  ['28', '11', '2026', undefined],
  ['', '1', '1990', undefined],
])('born on %s %s %s', (day, month, year, date) => {
  expect(birthDateOf({ ...NOBODY, day, month, year }, now)).toBe(date);
});

test.each([
  ['0612345678', true],
  ['٠٦١٢٣٤٥٦٧٨', true],
  ['ada@example.org', true],
  ['ada@example', false],
  ['12', false],
  ['call me', false],
])('%s is a contact: %s', (contact, isOne) => {
  expect(faultsOf({ ...ada, contact }, now).contact === undefined).toBe(isOne);
});

test.each([
  ['123456', '123456'],
  ['123 456', '123456'],
  ['١٢٣-٤٥٦', '123456'],
  ['12345', undefined],
  ['12345a', undefined],
])('the code %s', (text, code) => {
  expect(codeOf(text)).toBe(code);
});

test('digits of any script', () => {
  expect(western(' ۱۲٣ ')).toBe('123');
});
