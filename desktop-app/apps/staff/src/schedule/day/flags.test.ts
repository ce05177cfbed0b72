import type { AppointmentShown, Stranded } from '@holdfast/api';
import { i18n } from '@lingui/core';
import { beforeAll, expect, test } from 'vitest';
import { flagsOf, strandedWords } from './flags';

beforeAll(() => i18n.loadAndActivate({ locale: 'en', messages: {} }));

const one = (more: Partial<AppointmentShown>) =>
  ({ id: 'a', patient: { id: 'p', name: 'Pat' }, ...more }) as AppointmentShown;

test('a patient who is expected at two places is marked at both, and in their group', () => {
  const twice = 'Patient booked twice at this time';
  expect(flagsOf(i18n, one({ elsewhere: ['b'] }))).toEqual([twice]);
  const group = { capacity: 8, taken: 1, places: [one({ elsewhere: ['b'] })] };
  expect(flagsOf(i18n, one({ patient: undefined, group }))).toContain(twice);
  expect(flagsOf(i18n, one({}))).toEqual([]);
});

test('it is said once what an appointment needs that cannot stay', () => {
  const away = (ref: string, why: Stranded['why']) => ({ ref, why });
  const holiday = [away('Practitioner/a', 'holiday'), away('Location/r', 'holiday')];
  expect(flagsOf(i18n, one({ stranded: holiday }))).toEqual(['On a holiday']);
  expect(strandedWords(i18n, away('Practitioner/a', 'off'))).toBe('Person is off');
  expect(strandedWords(i18n, away('Practitioner/a', 'out-of-use'))).toBe('Needs another person');
  expect(strandedWords(i18n, away('Location/r', 'gone'))).toBe('Needs another room');
  expect(strandedWords(i18n, { why: 'type' })).toBe('Type not offered any more');
  expect(strandedWords(i18n, away('Location/r', 'something new'))).toBe('Needs another room');
});
