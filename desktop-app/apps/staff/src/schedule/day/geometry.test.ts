import { expect, test } from 'vitest';
import { boundsOf, instantOf, marksOf, minuteAt, minuteOf, outsideOf, placeOf } from './geometry';

const frame = { from: 480, to: 1080, scale: 2 };
const at = (fromMinute: number, toMinute: number) => ({ fromMinute, toMinute });

test('everything stands at its minute, to the pixel', () => {
  expect(placeOf(at(480, 495), frame)).toEqual({ top: 0, height: 30 });
  expect(placeOf(at(547, 560), frame)).toEqual({ top: 134, height: 26 });
});

test('what reaches out of the drawn part is cut off, what lies outside is not drawn', () => {
  expect(placeOf(at(400, 500), frame)).toEqual({ top: 0, height: 40 });
  expect(placeOf(at(1070, 1200), frame)).toEqual({ top: 1180, height: 20 });
  expect(placeOf(at(300, 480), frame)).toBeUndefined();
});

test('a height is the slot that it lies in, and never one outside of the day', () => {
  expect(minuteAt(0, frame)).toBe(480);
  expect(minuteAt(29, frame)).toBe(490);
  expect(minuteAt(-50, frame)).toBe(480);
  expect(minuteAt(9999, frame)).toBe(1075);
});

const MARCH = { dayStart: '2026-03-29T00:00:00+01:00', minutesInDay: 1380 };
const OCTOBER = { dayStart: '2026-10-25T00:00:00+02:00', minutesInDay: 1500 };

test('on a day of 23 hours, three o’clock is two hours after midnight', () => {
  expect(instantOf(MARCH, 120)).toBe('2026-03-29T01:00:00.000Z');
  expect(minuteOf(MARCH, '2026-03-29T03:00:00+02:00')).toBe(120);
});

test('on a day of 25 hours, the two hours of one name are an hour apart', () => {
  const [first, second] = ['2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00'];
  expect(minuteOf(OCTOBER, first)).toBe(150);
  expect(minuteOf(OCTOBER, second)).toBe(210);
  expect(instantOf(OCTOBER, 210)).toBe('2026-10-25T01:30:00.000Z');
});

test('the second hour of a name says so', () => {
  const labels = ['00:00', '01:00', '02:00', '02:00', '03:00'];
  const hourMarks = labels.map((label, index) => ({ minute: index * 60, label }));
  const marks = marksOf({ ...OCTOBER, hourMarks } as Parameters<typeof marksOf>[0], { from: 60, to: 240 });
  expect(marks.map(({ minute, label, again }) => [minute, label, again])).toEqual([
    [60, '01:00', false],
    [120, '02:00', false],
    [180, '02:00', true],
  ]);
});

test('the drawn part holds all there is with a quarter of an hour around it, within the day', () => {
  const sheet = { opens: 450, closes: 1140, minutesInDay: 1440 };
  expect(boundsOf([at(480, 750), at(810, 1080)], [sheet])).toEqual({ from: 465, to: 1095 });
  expect(boundsOf([at(480, 1083)], [sheet])).toEqual({ from: 465, to: 1110 });
  expect(boundsOf([], [sheet])).toEqual({ from: 435, to: 1155 });
  expect(boundsOf([at(0, 1500)], [{ ...sheet, minutesInDay: 1500 }])).toEqual({ from: 0, to: 1500 });
});

test('time without working hours is what is left of the day', () => {
  expect(outsideOf([at(810, 1000), at(500, 750)], frame)).toEqual([at(480, 500), at(750, 810), at(1000, 1080)]);
  expect(outsideOf([], frame)).toEqual([at(480, 1080)]);
  expect(outsideOf([at(400, 1200)], frame)).toEqual([]);
});
