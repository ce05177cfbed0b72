import { expect, test } from 'vitest';
import { UndoStack } from './undo';

test('the last is taken back first, each once', () => {
  const told: string[] = [];
  const stack = new UndoStack();
  stack.push({ run: () => told.push('first') });
  const second = stack.push({ run: () => told.push('second') });
  expect(stack.undo()).toBe(true);
  second.run();
  expect(stack.undo()).toBe(true);
  expect(stack.undo()).toBe(false);
  expect(told).toEqual(['second', 'first']);
});

test('what its message has taken back, the key does not take back again', () => {
  const told: string[] = [];
  const stack = new UndoStack();
  const first = stack.push({ run: () => told.push('first') });
  stack.push({ run: () => told.push('second') });
  first.run();
  stack.undo();
  expect(stack.undo()).toBe(false);
  expect(told).toEqual(['first', 'second']);
});

test('what lies far back is forgotten', () => {
  const stack = new UndoStack();
  for (let step = 0; step < 30; step++) stack.push({ run: () => undefined });
  let steps = 0;
  while (stack.undo()) steps += 1;
  expect(steps).toBe(20);
});

test('what is forgotten is not taken back, by key or from its message', () => {
  const told: string[] = [];
  const stack = new UndoStack();
  stack.push({ run: () => told.push('first') });
  const second = stack.push({ run: () => told.push('second') });
  second.forget();
  second.run();
  stack.undo();
  expect(told).toEqual(['first']);
});
