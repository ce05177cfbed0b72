import { Problem, Unreachable } from '@holdfast/api';
import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { messages as fr } from '../../../../packages/i18n/src/locales/fr.po';
import { troubleOf } from './words';

const i18n = setupI18n({ locale: 'fr', messages: { fr } });
const RAW = 'cannot save: the host says so in English; correct it';
const trouble = (status: number, code: string) => troubleOf(i18n, new Problem(status, { code, detail: RAW }));

test.each([
  [409, 'signed'],
  [422, 'illegal-step'],
  [412, 'stale-version'],
  [400, 'bad-body'],
  [422, 'invalid-resource'],
  [404, 'not-held'],
  [503, 'coming'],
  [503, 'database'],
  [504, 'timed-out'],
  [500, 'defect'],
  [413, 'body-too-large'],
  [400, 'a-code-of-a-newer-host'],
  [500, 'another-one'],
  [418, 'constructor'],
])('%i %s is said in the language of the reader', (status, code) => {
  const { what, todo, raw, code: shown } = trouble(status, code);
  expect(`${what} ${todo}`).not.toContain('host says');
  expect(`${what} ${todo}`).not.toMatch(/\b(the|this|again)\b/i);
  expect([raw, shown]).toEqual([RAW, code]);
});

test('what has words of its own needs no small print', () => {
  expect(trouble(401, 'sign-in-wrong').raw).toBeUndefined();
  expect(troubleOf(i18n, new Unreachable(undefined)).raw).toBeUndefined();
});
