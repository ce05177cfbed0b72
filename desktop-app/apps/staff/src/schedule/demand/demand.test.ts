import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { messages } from '../../../../../packages/i18n/src/locales/en.po';
import { demandWords, hourTableOf, seriesOf, ticksOf } from './demand';

const i18n = setupI18n({ locale: 'en', messages: { en: messages } });
const history = [
  { week: '2026-11-09', value: 200 },
  { week: '2026-11-16', value: 210 },
];
const forecast = [{ week: '2026-11-23', value: 204.6, low: 180.2, high: 229.7 }];

test('the line of what comes begins where the line of what was ends', () => {
  const [weeks, was, comes, low, high] = seriesOf({ history, forecast });
  expect(weeks.map((week) => new Date(week * 1000).toISOString().slice(0, 10))).toEqual([
    '2026-11-09',
    '2026-11-16',
    '2026-11-23',
  ]);
  expect(was).toEqual([200, 210, null]);
  expect(comes).toEqual([null, 210, 204.6]);
  expect([low[2], high[2]]).toEqual([180.2, 229.7]);
});

test('the plot in a sentence', () => {
  const next = { week: '2026-11-30', value: 190.4, low: 170, high: 211 };
  expect(demandWords(i18n, { history, forecast: [...forecast, next] })).toBe(
    'Last week: 210. This week about 205, most likely between 180 and 230. Next week about 190, most likely between 170 and 211.',
  );
  expect(demandWords(i18n, { history, forecast })).not.toMatch(/Next week/);
  expect(demandWords(i18n, { history: [], forecast: [] })).toMatch(/^Nothing is known yet/);
});

test('hours by weekdays', () => {
  const table = hourTableOf([
    { weekday: 2, hour: 9, arrivals: 4, noShows: 1, minutes: 15 },
    { weekday: 1, hour: 10, arrivals: 7, noShows: 0, minutes: 18 },
  ]);
  expect([table.hours, table.weekdays, table.most]).toEqual([[9, 10], [1, 2], 7]);
  expect(table.at(1, 10)?.arrivals).toBe(7);
  expect(table.at(1, 9)).toBeUndefined();
});

test('as many weeks are named as have room', () => {
  expect(ticksOf([1, 2, 3, 4], 320)).toEqual([1, 2, 3, 4]);
  expect(ticksOf([1, 2, 3, 4], 160)).toEqual([1, 3]);
  expect(ticksOf([1, 2, 3, 4], 0)).toEqual([1]);
});
