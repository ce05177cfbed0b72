import { expect, test } from 'vitest';
import { digitsOf, parseExact, writeExact } from './exact';

// Node 20 has no access to a number's source text; every browser this app runs in has.
const exact = 'rawJSON' in JSON;

test.runIf(exact)('digits of a dose survive a load and a save', () => {
  const dose = parseExact('{"value":1.50,"unit":"mg"}') as { value: number };
  expect(digitsOf(dose, 'value')).toBe('1.50');
  expect(writeExact({ dose })).toBe('{"dose":{"value":1.50,"unit":"mg"}}');
});

test('a changed number is written as it is now', () => {
  const dose = parseExact('{"value":1.50}') as { value: number };
  dose.value = 2;
  expect(writeExact(dose)).toBe('{"value":2}');
});

test('numbers and absent numbers read as text', () => {
  expect(digitsOf({ value: 37.2 }, 'value')).toBe('37.2');
  expect(digitsOf(undefined, 'value' as never)).toBe('');
});
