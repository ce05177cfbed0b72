import { Problem, Unreachable } from '@holdfast/api';
import { expect, test } from 'vitest';
import { isOfNoHelp, mayBeKeptBack } from './glass';

const problem = (status: number, code: string) => new Problem(status, { code });

test.each([
  [problem(404, 'not-found'), true],
  [problem(404, 'not-held'), true],
  [problem(403, 'forbidden'), false],
  [problem(404, 'no-such-address'), false],
  [problem(400, 'bad-id'), false],
  [problem(401, 'unknown-token'), false],
  [new Unreachable(undefined), false],
  [new Error('x'), false],
])('%o may be opened in an emergency: %s', (error, expected) => {
  expect(mayBeKeptBack(error, true)).toBe(expected);
  expect(mayBeKeptBack(error, false)).toBe(false);
});

test('what the host refuses or does not know is not asked for again', () => {
  expect(
    [problem(403, 'forbidden'), problem(404, 'not-found'), problem(422, 'reason-missing')].map(isOfNoHelp),
  ).toEqual([true, true, false]);
});
