import { expect, test } from 'vitest';
import { ageOn } from './age';
import { dateOrder, intlTag, nowInstant, parseDate, showDate, today, writeDate } from './dates';

test.each([
  ['12/3/1980', 'dmy', '1980-03-12'],
  ['12.03.1980', 'dmy', '1980-03-12'],
  ['3/12/1980', 'mdy', '1980-03-12'],
  ['1980-03-12', 'dmy', '1980-03-12'],
  ['1980-03-12', 'mdy', '1980-03-12'],
  ['12031980', 'dmy', '1980-03-12'],
  ['03121980', 'mdy', '1980-03-12'],
  ['19800312', 'dmy', '1980-03-12'],
  ['20122012', 'dmy', '2012-12-20'],
  ['١٢/٣/١٩٨٠', 'dmy', '1980-03-12'],
  ['1980', 'dmy', '1980'],
  ['3/1980', 'dmy', '1980-03'],
  ['29/2/2024', 'dmy', '2024-02-29'],
  ['29/2/2023', 'dmy', undefined],
  ['31/13/1980', 'dmy', undefined],
  ['12/3/80', 'dmy', undefined],
  ['yesterday', 'dmy', undefined],
  ['', 'dmy', undefined],
] as const)('%s typed in order %s is %s', (text, order, expected) => {
  expect(parseDate(text, order)).toBe(expected);
});

test('the order of a date follows the language', () => {
  expect([dateOrder('en-US'), dateOrder('en-GB'), dateOrder('fr'), dateOrder('sv')]).toEqual([
    'mdy',
    'dmy',
    'dmy',
    'ymd',
  ]);
});

test.each([
  ['2000-02-29', '2026-02-28', { years: 25, months: 311 }],
  ['2000-02-29', '2026-03-01', { years: 26, months: 312 }],
  ['2026-11-01', '2026-11-27', { years: 0, months: 0, days: 26 }],
  ['1980', '2026-11-27', { years: 46 }],
])('born %s, on %s', (born, on, expected) => {
  expect(ageOn(born, on)).toMatchObject(expected);
});

test('nobody has an age before birth or without a date', () => {
  expect(ageOn('2027-01-01', '2026-11-27')).toBeUndefined();
  expect(ageOn(undefined, '2026-11-27')).toBeUndefined();
});

test('dates are shown as far as they are known', () => {
  expect(showDate('1980-03-12', 'fr')).toBe('12 mars 1980');
  expect(showDate('1980-03', 'fr')).toBe('mars 1980');
  expect(showDate('1980', 'fr')).toBe('1980');
  expect(showDate(undefined, 'fr')).toBe('');
});

test('Arabic dates have Western digits, as the rest of a chart', () => {
  expect(showDate('1980-03-12', 'ar')).toContain('1980');
  expect(intlTag('en', ['de-DE'])).toBe('en-GB');
  expect(intlTag('en', ['en-US'])).toBe('en-US');
});

test('an instant carries the offset of this device', () => {
  expect(nowInstant(new Date())).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
  expect(new Date(nowInstant(new Date(1_700_000_000_000))).getTime()).toBe(1_700_000_000_000);
  expect(today(new Date(2026, 0, 5))).toBe('2026-01-05');
});

test.each([
  ['1980-03-12', 'dmy', '12/03/1980'],
  ['1980-03-12', 'mdy', '03/12/1980'],
  ['1980-03-12', 'ymd', '1980-03-12'],
  ['1980-03', 'dmy', '03/1980'],
  ['1980', 'mdy', '1980'],
  ['', 'dmy', ''],
] as const)('%s is written in order %s as %s, and read back as it was', (date, order, text) => {
  expect(writeDate(date, order)).toBe(text);
  expect(parseDate(text, order) ?? '').toBe(date);
});

test.each([
  ['20 Jul 1962', 'en', '1962-07-20'],
  ['Jul 20, 1962', 'en', '1962-07-20'],
  ['20th july 1962', 'en', '1962-07-20'],
  ['20Jul1962', 'en', '1962-07-20'],
  ['Sept 1962', 'en', '1962-09'],
  ['1962 Jul 20', 'en', '1962-07-20'],
  ['20 jul 1962', 'es', '1962-07-20'],
  ['20 de julio de 1962', 'es', '1962-07-20'],
  ['1.º de enero de 1962', 'es', '1962-01-01'],
  ['20 juil. 1962', 'fr', '1962-07-20'],
  ['1er février 1962', 'fr', '1962-02-01'],
  ['3 aout 1962', 'fr', '1962-08-03'],
  ['20 Jul 1962', 'fr', '1962-07-20'],
  ['20 يوليو 1962', 'ar', '1962-07-20'],
  ['٢٠ يوليو ١٩٦٢', 'ar', '1962-07-20'],
  ['٢٠ تموز ١٩٦٢', 'ar', '1962-07-20'],
  ['٥ كانون الثاني ١٩٦٢', 'ar', '1962-01-05'],
  ['١ ابريل ٢٠٠١', 'ar', '2001-04-01'],
  ['20 jui 1962', 'fr', undefined],
  ['20 Jul 62', 'en', undefined],
  ['31 Feb 1962', 'en', undefined],
  ['20 Jul Aug 1962', 'en', undefined],
  ['20 juillet 1962', 'en', undefined],
  ['20 21 Jul 1962', 'en', undefined],
  ['Jul 20', 'en', undefined],
] as const)('%s typed in %s is %s', (text, locale, expected) => {
  expect(parseDate(text, 'dmy', locale)).toBe(expected);
});

test.each(['en', 'es', 'fr', 'ar'])('every day is read back as %s shows it', (locale) => {
  for (let month = 1; month <= 12; month += 1) {
    const date = `1962-${String(month).padStart(2, '0')}-20`;
    for (const one of [date, date.slice(0, 7)])
      expect(parseDate(showDate(one, locale), dateOrder(intlTag(locale)), locale)).toBe(one);
  }
});

test('Arabic digits are read back, too', () => {
  const shown = new Intl.DateTimeFormat('ar-EG', { dateStyle: 'medium' }).format(new Date(1962, 6, 20));
  const long = new Intl.DateTimeFormat('ar-EG', { dateStyle: 'long' }).format(new Date(1962, 6, 20));
  expect([shown, long].map((text) => parseDate(text, 'dmy', 'ar'))).toEqual(['1962-07-20', '1962-07-20']);
});
