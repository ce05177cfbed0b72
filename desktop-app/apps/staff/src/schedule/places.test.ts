import type { AppointmentShown, DaySheet } from '@holdfast/api';
import { expect, test } from 'vitest';
import { columnsOf } from './flow/board';
import { withAppointment } from './patch';
import { findIn, singly } from './places';

const one = (id: string, more: Partial<AppointmentShown> = {}) =>
  ({ id, status: 'booked', fromMinute: 540, since: '', resources: [], patient: { id, name: id }, ...more }) as never;
const session = one('s', {
  patient: undefined,
  group: { capacity: 3, taken: 2, places: [one('g1'), one('g2', { status: 'arrived' })] },
});
const sheet = { appointments: [one('a'), session] } as unknown as DaySheet;

test('everybody of a group is told of singly, and an empty session as it is', () => {
  expect(singly(sheet.appointments).map(({ id }) => id)).toEqual(['a', 'g1', 'g2']);
  const empty = one('e', { patient: undefined, group: { capacity: 3, taken: 0, places: [] } });
  expect(singly([empty]).map(({ id }) => id)).toEqual(['e']);
});

test('those of a group stand on the flow board, each where they are', () => {
  const columns = columnsOf(sheet.appointments, undefined);
  expect(columns.map(({ step, cards }) => [step, ...cards.map(({ id }) => id)]).slice(0, 2)).toEqual([
    ['booked', 'a', 'g1'],
    ['arrived', 'g2'],
  ]);
});

test('a place is found and changed within its session, and nothing else is drawn again', () => {
  expect(findIn(sheet, 'g2')?.status).toBe('arrived');
  expect(findIn(sheet, 'none')).toBeUndefined();
  const after = withAppointment(sheet, one('g1', { status: 'no-show' }));
  expect(findIn(after, 'g1')?.status).toBe('no-show');
  expect(findIn(after, 'g2')).toBe(findIn(sheet, 'g2'));
  expect(after.appointments[0]).toBe(sheet.appointments[0]);
  expect(withAppointment(sheet, one('none'))).toBe(sheet);
});
