import type { AppointmentShown, FlowStatus } from '@holdfast/api';
import { expect, test } from 'vitest';
import { columnsOf } from './board';

const one = (id: string, status: FlowStatus, fromMinute: number, since: string, resources = ['Practitioner/a']) =>
  ({ id, status, fromMinute, since, resources, patient: { id, name: id } }) as unknown as AppointmentShown;
const at = (minute: number) => `2026-11-27T09:${String(minute).padStart(2, '0')}:00Z`;

test('who is expected stands by time, who is here by how long they wait', () => {
  const columns = columnsOf(
    [
      one('late', 'booked', 600, at(0)),
      one('early', 'booked', 500, at(30)),
      one('short', 'arrived', 500, at(30)),
      one('long', 'arrived', 600, at(10)),
      one('gone', 'cancelled', 500, at(0)),
    ],
    undefined,
  );
  expect(columns.map(({ step, cards }) => [step, ...cards.map(({ id }) => id)])).toEqual([
    ['booked', 'early', 'late'],
    ['arrived', 'long', 'short'],
    ['with-nurse'],
    ['with-clinician'],
    ['after'],
    ['done'],
  ]);
});

test('of those who are done the last are shown, the others counted', () => {
  const all = Array.from({ length: 9 }, (_, index) => one(`d${index}`, 'done', 500, at(index)));
  const done = columnsOf(all, undefined).at(-1);
  expect([done?.cards[0]?.id, done?.cards.length, done?.more]).toEqual(['d8', 6, 3]);
});

test('one practitioner’s patients alone', () => {
  const all = [one('mine', 'booked', 1, at(0)), one('theirs', 'booked', 1, at(0), ['Practitioner/b'])];
  expect(columnsOf(all, 'Practitioner/b')[0]?.cards.map(({ id }) => id)).toEqual(['theirs']);
});
