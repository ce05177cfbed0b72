import { expect, test } from 'vitest';
import { type Cursor, cursorAt, directionOfKey, moveStep, slotEnd, step, type Walk } from './cursor';

const frame = { from: 480, to: 600 };
const one = (id: string, fromMinute: number, toMinute: number) => ({ id, fromMinute, toMinute });
const columns: Walk[] = [
  { key: 'a', resource: 'Practitioner/a', appointments: [one('first', 490, 505), one('beside', 490, 520)] },
  { key: 'b', resource: 'Practitioner/b', appointments: [one('other', 500, 530)] },
];

test('arrows aside go with the language', () => {
  expect(directionOfKey('ArrowRight', false)).toBe('after');
  expect(directionOfKey('ArrowRight', true)).toBe('before');
  expect(directionOfKey('ArrowLeft', true)).toBe('after');
  expect(directionOfKey('Tab', true)).toBeUndefined();
});

test('down goes through appointments, those at one time too, and the free time between', () => {
  let at: Cursor = { column: 0, minute: 480 };
  const way = [at, at, at, at].map(() => {
    at = step(columns, at, 'down', frame);
    return at.appointment ?? at.minute;
  });
  expect(way).toEqual(['first', 'beside', 520, 525]);
});

test('up goes the same way back', () => {
  let at: Cursor = { column: 0, minute: 525 };
  const way = [at, at, at].map(() => {
    at = step(columns, at, 'up', frame);
    return at.appointment ?? at.minute;
  });
  expect(way).toEqual(['beside', 'first', 480]);
});

test('nothing leads out of the day or beside the columns', () => {
  expect(step(columns, { column: 1, minute: 595 }, 'down', frame)).toEqual({ column: 1, minute: 595 });
  expect(step(columns, { column: 0, minute: 480 }, 'up', frame)).toEqual({ column: 0, minute: 480 });
  expect(step(columns, { column: 1, minute: 480 }, 'after', frame)).toEqual({ column: 1, minute: 480 });
});

test('a step aside comes to what stands there', () => {
  expect(step(columns, { column: 0, minute: 510, appointment: 'beside' }, 'after', frame).appointment).toBe('other');
  expect(cursorAt(columns, 1, 540, frame)).toEqual({ column: 1, minute: 540 });
});

test('free time ends where something begins', () => {
  expect(slotEnd(columns[0] as Walk, 480, frame)).toBe(490);
  expect(slotEnd(columns[1] as Walk, 540, frame)).toBe(555);
  expect(slotEnd(columns[1] as Walk, 595, frame)).toBe(600);
});

test('what is moved goes by five minutes, over to another column, and stays within the day', () => {
  const held = { id: 'first', from: 0, column: 0, minute: 490, minutes: 15 };
  expect(moveStep(columns, held, 'down', frame).minute).toBe(495);
  expect(moveStep(columns, held, 'after', frame)).toEqual({ ...held, column: 1 });
  expect(moveStep(columns, held, 'before', frame)).toEqual(held);
  expect(moveStep(columns, { ...held, minute: 480 }, 'up', frame).minute).toBe(480);
  expect(moveStep(columns, { ...held, minute: 585 }, 'down', frame).minute).toBe(585);
});
