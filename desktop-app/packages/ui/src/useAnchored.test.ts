import { expect, test } from 'vitest';
import { placeBy } from './useAnchored';

const VIEW = { width: 320, height: 640 };
const field = (top: number, left = 20, width = 280) => ({ top, bottom: top + 36, left, width });

test('with room below it stands below', () => {
  expect(placeBy(field(100), VIEW, 200)).toEqual({ top: 139, left: 20, width: 280, maxHeight: 200 });
});

test('near the lower edge it stands above', () => {
  const { top, maxHeight } = placeBy(field(560), VIEW, 200);
  expect([top + maxHeight, maxHeight]).toEqual([557, 200]);
});

test('a short list stays below where there is room for all of it', () => {
  expect(placeBy(field(560), VIEW, 30).top).toBe(599);
});

test.each([0, 50, 200, 300, 500, 600])('a field at %i px has its list within the window', (at) => {
  const { top, left, width, maxHeight } = placeBy(field(at, 100, 400), VIEW, 288);
  expect(top).toBeGreaterThanOrEqual(0);
  expect(top + maxHeight).toBeLessThanOrEqual(VIEW.height);
  expect(left).toBeGreaterThanOrEqual(0);
  expect(left + width).toBeLessThanOrEqual(VIEW.width);
});
