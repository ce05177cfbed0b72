import type { Bundle, FhirResource } from '@holdfast/api';
import { expect, test } from 'vitest';
import { dayOf, splitDay, waitingOf } from './day';

const bundle = (...all: object[]) =>
  ({ resourceType: 'Bundle', type: 'searchset', entry: all.map((resource) => ({ resource })) }) as Bundle<FhirResource>;
const appointment = (id: string, start: string, status: string) => ({
  resourceType: 'Appointment',
  id,
  status,
  start,
  participant: [
    { actor: { reference: 'Patient/p' }, status: 'accepted' },
    { actor: { reference: 'Practitioner/d', display: 'Dr Rahimi' }, status: 'accepted' },
  ],
});
const patient = { resourceType: 'Patient', id: 'p', name: [{ text: 'Amina Haddad' }], birthDate: '1980-03-12' };

test('the day is in order, with names, without what was cancelled', () => {
  const day = dayOf(
    bundle(
      appointment('b', '2026-11-27T10:00:00Z', 'booked'),
      appointment('a', '2026-11-27T11:00:00+02:00', 'arrived'),
      appointment('c', '2026-11-27T09:00:00Z', 'cancelled'),
      patient,
    ),
    bundle(),
  );
  expect(day.map(({ id, name, who }) => [id, name, who])).toEqual([
    ['a', 'Amina Haddad', 'Dr Rahimi'],
    ['b', 'Amina Haddad', 'Dr Rahimi'],
  ]);
  expect(waitingOf(day).map(({ id }) => id)).toEqual(['a']);
});

test('an encounter of an appointment is not shown twice; a walk-in is shown', () => {
  const encounter = {
    resourceType: 'Encounter',
    status: 'arrived',
    subject: { reference: 'Patient/q', display: 'Ben' },
    period: { start: '2026-11-27T08:00:00Z' },
  };
  const day = dayOf(
    bundle(appointment('a', '2026-11-27T10:00:00Z', 'arrived')),
    bundle({ ...encounter, id: 'e1', appointment: [{ reference: 'Appointment/a' }] }, { ...encounter, id: 'e2' }),
  );
  expect(day.map(({ id }) => id)).toEqual(['e2', 'a']);
});

test('what is over at the head of the day is told apart, and not what is over in between', () => {
  const at = (hour: number, status: string) => appointment(`${hour}`, `2026-11-27T${hour}:00:00Z`, status);
  const day = dayOf(bundle(at(10, 'fulfilled'), at(11, 'noshow'), at(12, 'booked'), at(13, 'fulfilled')), bundle());
  const { over, rest } = splitDay(day);
  expect([over, rest].map((part) => part.map(({ id }) => id))).toEqual([
    ['10', '11'],
    ['12', '13'],
  ]);
  expect(splitDay([])).toEqual({ over: [], rest: [] });
});
