import { readFileSync } from 'node:fs';
import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { saidWords, warningWords } from './warningWords';

const rules = readFileSync('../appliance/clinical/definitions/medicines.tsv', 'utf8');
const i18n = setupI18n({ locale: 'en', messages: { en: {} } });

test('everything that the built-in rules say can be said in other languages, and nothing else is listed', () => {
  const lines = rules.split('\n').filter((line) => /^[XA]\t/.test(line));
  const said = new Set(lines.map((line) => line.split('\t')[4]));
  expect(said.size).toBeGreaterThan(20);
  expect(Object.keys(saidWords(i18n)).sort()).toEqual([...said].sort());
});

test('a warning is made of its parts; one without them stands as it is', () => {
  const of = (warning: object) => warningWords(i18n, { severity: 'severe', text: 'as it is', ...warning } as never);
  expect(of({ kind: 'allergy', names: ['amoxicillin'] })).toBe('Allergic to amoxicillin');
  expect(of({ kind: 'allergy', names: ['penicillin g', 'amoxicillin'], said: 'of the same group' })).toBe(
    'Allergic to penicillin g; amoxicillin: of the same group',
  );
  expect(of({ kind: 'interaction', names: ['a', 'b'], said: 'own words' })).toBe('a with b: own words');
  expect(of({ kind: 'duplicate', names: ['a'] })).toBe('Takes a already');
  expect(of({ kind: 'interaction' })).toBe('as it is');
});
