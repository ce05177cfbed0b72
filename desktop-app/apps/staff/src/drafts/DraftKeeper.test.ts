import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DraftKeeper, type DraftState } from './DraftKeeper';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function keeper(save = vi.fn<(text: string) => Promise<void>>(async () => undefined)) {
  const states: DraftState[] = [];
  return { save, states, keeper: new DraftKeeper<string>(save, (state) => states.push(state)) };
}

test('two seconds after the first change the newest text is saved, once', async () => {
  const { keeper: one, save, states } = keeper();
  one.change('Fev');
  await vi.advanceTimersByTimeAsync(1_500);
  one.change('Fever');
  await vi.advanceTimersByTimeAsync(500);
  expect(save.mock.calls).toEqual([['Fever']]);
  expect(states.at(-1)).toBe('saved');
});

test('leaving the field saves at once', async () => {
  const { keeper: one, save } = keeper();
  one.change('Fever');
  await one.flush();
  expect(save).toHaveBeenCalledWith('Fever');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(save).toHaveBeenCalledTimes(1);
});

test('a save that fails is tried again with the newest text', async () => {
  const { keeper: one, save, states } = keeper();
  save.mockRejectedValueOnce(new Error('away'));
  one.change('Fever');
  await one.flush();
  expect(states.at(-1)).toBe('failed');
  one.change('Fever since Monday');
  await vi.advanceTimersByTimeAsync(6_000);
  expect(save).toHaveBeenLastCalledWith('Fever since Monday');
  expect(states.at(-1)).toBe('saved');
});

test('a signed note leaves no save behind', async () => {
  const { keeper: one, save } = keeper();
  one.change('Fever');
  await one.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(save).not.toHaveBeenCalled();
});

test('saves do not overtake each other', async () => {
  let finish: () => void = () => undefined;
  const save = vi.fn<(text: string) => Promise<void>>(
    () =>
      new Promise((done) => {
        finish = done;
      }),
  );
  const { keeper: one } = keeper(save);
  one.change('a');
  const first = one.flush();
  one.change('b');
  const second = one.flush();
  await vi.advanceTimersByTimeAsync(0);
  expect(save).toHaveBeenCalledTimes(1);
  finish();
  await first;
  await vi.advanceTimersByTimeAsync(0);
  expect(save).toHaveBeenLastCalledWith('b');
  finish();
  await second;
});
