import type { AppointmentShown } from '@holdfast/api';
import { expect, test } from 'vitest';
import { canCheckIn, inStatus, isAhead, isHere, nextStep, STEPS } from './status';

const patient = { id: 'p', name: 'Ada' };

test('the way through the clinic has one next step each, up to its end', () => {
  expect(STEPS.map(nextStep)).toEqual(['arrived', 'with-nurse', 'with-clinician', 'after', 'done', undefined]);
  expect(nextStep('no-show')).toBeUndefined();
  expect(nextStep('requested')).toBeUndefined();
});

test('who is booked can be checked in; a block of time cannot', () => {
  expect(canCheckIn({ status: 'booked', patient })).toBe(true);
  expect(canCheckIn({ status: 'arrived', patient })).toBe(false);
  expect(canCheckIn({ status: 'booked' })).toBe(false);
});

test('who is in the clinic waits, who has not come can be moved', () => {
  expect(STEPS.filter(isHere)).toEqual(['arrived', 'with-nurse', 'with-clinician', 'after']);
  expect([...STEPS, 'requested' as const].filter(isAhead)).toEqual(['booked', 'requested']);
});

test('a new status counts from now; another room in the same one does not begin the wait anew', () => {
  const one = { id: 'a', status: 'booked', since: '2026-11-27T08:00:00Z' } as AppointmentShown;
  const arrived = inStatus(one, 'arrived', '2026-11-27T09:00:00Z');
  expect(arrived).toMatchObject({ status: 'arrived', since: '2026-11-27T09:00:00Z' });
  expect(inStatus(arrived, 'arrived', '2026-11-27T09:30:00Z', 'Location/1')).toMatchObject({
    since: '2026-11-27T09:00:00Z',
    room: 'Location/1',
  });
});
