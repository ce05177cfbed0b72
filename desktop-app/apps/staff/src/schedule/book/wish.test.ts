import type { AppointmentType } from '@holdfast/api';
import { expect, test } from 'vitest';
import { NO_REPEAT, ruleOf } from './rule';
import { type BookForm, bookingOf, isComplete, minutesOf, wantedOf } from './wish';

const type = { id: 'cons', minutes: 15, capacity: 1 } as AppointmentType;
const form: BookForm = {
  patient: { id: 'p', name: 'Ada' },
  type: 'cons',
  who: 'any',
  place: 'any',
  minutes: '15',
  note: ' ',
  remote: false,
  slot: { start: '2026-11-27T08:15:00Z', resources: ['Practitioner/a'] },
};

test('what the type says anyway is not sent', () => {
  expect(JSON.parse(JSON.stringify(bookingOf('id', form, type)))).toEqual({
    id: 'id',
    type: 'cons',
    patient: 'p',
    start: '2026-11-27T08:15:00Z',
    resources: ['Practitioner/a'],
  });
});

test('another length, a place and a reason to overbook go along', () => {
  const booking = bookingOf('id', { ...form, minutes: '25', place: 'Location/2' }, type, 'Fever');
  expect(booking).toMatchObject({
    minutes: 25,
    resources: ['Practitioner/a', 'Location/2'],
    overbook: { reason: 'Fever' },
  });
});

test('while nobody has typed minutes, those of the type count', () => {
  expect(bookingOf('id', { ...form, minutes: undefined, remote: undefined }, { ...type, remote: true })).toMatchObject({
    remote: true,
  });
  expect(isComplete({ ...form, minutes: undefined }, type)).toBe(true);
  expect(isComplete({ ...form, minutes: '' }, type)).toBe(false);
});

test('a patient is needed, but for a group', () => {
  expect(isComplete({ ...form, patient: undefined }, type)).toBe(false);
  expect(isComplete({ ...form, patient: undefined }, { ...type, capacity: 8 })).toBe(true);
  expect(isComplete({ ...form, slot: undefined }, type)).toBe(false);
  expect(isComplete({ ...form, minutes: '0' }, type)).toBe(false);
});

test.each([
  ['15', 15],
  [' 90 ', 90],
  ['', undefined],
  ['0', undefined],
  ['7.5', undefined],
  ['1441', undefined],
  ['ten', undefined],
])('"%s" minutes', (text, minutes) => {
  expect(minutesOf(text)).toBe(minutes);
});

test('a search asks for whom and for where', () => {
  expect(wantedOf({ who: 'role:nurse', place: 'Location/2' })).toEqual(['role:nurse', 'Location/2']);
  expect(wantedOf({ who: 'any', place: 'any' })).toEqual(['any']);
});

test('a series has a rule once its numbers are such', () => {
  const weekly = { ...NO_REPEAT, every: 'week' as const, weekdays: [5, 1] };
  expect(ruleOf(NO_REPEAT)).toBeUndefined();
  expect(ruleOf(weekly, ['2026-12-25'])).toEqual({
    every: 'week',
    interval: 1,
    weekdays: [1, 5],
    count: 6,
    except: ['2026-12-25'],
  });
  expect(ruleOf({ ...weekly, count: '105' })).toBeUndefined();
  expect(ruleOf({ ...weekly, interval: '0' })).toBeUndefined();
});
