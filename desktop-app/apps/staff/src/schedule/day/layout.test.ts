import { expect, test } from 'vitest';
import { layoutOf, seenOf } from './layout';

const quarter = { minutes: 15, letters: 30, lanes: 1 };

test('a day of which everything fits is as dense as it can be', () => {
  const { scale, widths } = layoutOf([[{ minutes: 60, letters: 30, lanes: 1 }]], 1000);
  expect(scale).toBe(1.6);
  expect(widths).toEqual([176]);
});

test('a tight appointment widens its own column alone', () => {
  const { widths } = layoutOf([[{ ...quarter, letters: 50 }], [{ ...quarter, letters: 12 }]], 700);
  expect(widths[0]).toBeGreaterThan(300);
  expect(widths[1]).toBe(176);
});

test('where columns do not fit beside one another, the day becomes higher before it scrolls aside', () => {
  const columns = Array.from({ length: 5 }, () => [quarter]);
  expect(layoutOf(columns, 2000).scale).toBeLessThan(layoutOf(columns, 900).scale);
});

test('what stands side by side has room for its words', () => {
  const [single] = layoutOf([[quarter]], 2000).widths;
  const [double] = layoutOf([[{ ...quarter, lanes: 2 }]], 2000).widths;
  expect(single).toBeGreaterThan(176);
  expect(double).toBe(2 * (single ?? 0));
});

test('columns are seen up to the edge of the screen', () => {
  const layout = { scale: 2, widths: [200, 200, 200, 200] };
  expect([seenOf(layout, 399), seenOf(layout, 400), seenOf(layout, 401), seenOf(layout, 5000)]).toEqual([2, 2, 3, 4]);
});
