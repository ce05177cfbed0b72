import { Problem, refusalOf } from '@holdfast/api';
import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { messages } from '../../../../packages/i18n/src/locales/en.po';
import { becauseWords, mayOverbook, refusalWords } from './refusalWords';

const i18n = setupI18n({ locale: 'en', messages: { en: messages } });

test('a refusal says why, and who holds the time', () => {
  const problem = new Problem(409, { code: 'time-not-ours', detail: 'granted', by: { owner: 'the hub' }, instead: [] });
  const refusal = refusalOf(problem);
  expect(refusal && refusalWords(i18n, refusal)).toBe('This time is sold by the hub.');
});

test('what nobody has words for is said in the host’s own', () => {
  expect(refusalWords(i18n, { code: 'new', message: 'The moon is full.' })).toBe('The moon is full.');
});

test('another error is no refusal', () => {
  expect(refusalOf(new Problem(500, {}))).toBeUndefined();
  expect(refusalOf(new Error('x'))).toBeUndefined();
});

test.each([
  ['soonest', 'the soonest'],
  ['language:fr', 'speaks French'],
  ['skill:diabetes', 'can do diabetes'],
  ['other', 'other'],
])('because: %s', (code, words) => {
  expect(becauseWords(i18n, code)).toBe(words);
});

test('what stands whatever reason is given is not offered to be overbooked', () => {
  expect(mayOverbook({ code: 'patient-elsewhere' })).toBe(true);
  expect(mayOverbook({ code: 'slot-taken' })).toBe(true);
  for (const code of ['patient-deceased', 'patient-in-session', 'day-over', 'out-of-use']) {
    expect(mayOverbook({ code })).toBe(false);
  }
});
