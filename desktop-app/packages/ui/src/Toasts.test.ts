import { expect, test } from 'vitest';
import { isOvertaken } from './Toasts';

test.each([
  [{ text: 'Saved: vitals' }, { text: 'Saved: vitals' }, false],
  [{ kind: 'danger', text: 'x', about: 'a/1' }, { text: 'y', about: 'a/1' }, true],
  [{ kind: 'danger', text: 'x', about: 'a/1' }, { kind: 'danger', text: 'y', about: 'a/1' }, true],
  [{ kind: 'danger', text: 'x', about: 'a/1' }, { text: 'y', about: 'a/2' }, false],
  [{ kind: 'danger', text: 'x' }, { text: 'y' }, false],
] as const)('%o is overtaken by %o: %s', (old, next, expected) => {
  expect(isOvertaken(old, next)).toBe(expected);
});
