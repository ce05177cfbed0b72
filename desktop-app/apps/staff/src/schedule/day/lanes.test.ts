import { expect, test } from 'vitest';
import { lanesOf } from './lanes';

const one = (id: string, fromMinute: number, toMinute: number) => ({ id, fromMinute, toMinute });
const told = (...all: ReturnType<typeof one>[]) =>
  Object.fromEntries([...lanesOf(all)].map(([id, { lane, lanes }]) => [id, `${lane}/${lanes}`]));

test('what follows one another has the whole width', () => {
  expect(told(one('a', 0, 15), one('b', 15, 30))).toEqual({ a: '0/1', b: '0/1' });
});

test('two at one time stand side by side, whatever comes first', () => {
  expect(told(one('b', 10, 20), one('a', 0, 15))).toEqual({ a: '0/2', b: '1/2' });
});

test('a lane that has become free is taken again, and the group shares one width', () => {
  expect(told(one('a', 0, 60), one('b', 0, 15), one('c', 20, 40))).toEqual({ a: '0/2', b: '1/2', c: '1/2' });
});

test('three at once have three lanes; what comes after them has the whole width', () => {
  expect(told(one('a', 0, 30), one('b', 5, 30), one('c', 10, 30), one('d', 30, 40))).toEqual({
    a: '0/3',
    b: '1/3',
    c: '2/3',
    d: '0/1',
  });
});
