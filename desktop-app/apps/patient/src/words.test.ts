import { expect, test } from 'vitest';
import { Refused } from './api';
import { fill, firstLanguage } from './language';
import { ar } from './texts/ar';
import { en } from './texts/en';
import { es } from './texts/es';
import { fr } from './texts/fr';
import { byDay, clockOf } from './time';
import { troubleOf } from './trouble';
import { ar as visitAr } from './visit/texts/ar';
import { en as visitEn } from './visit/texts/en';
import { es as visitEs } from './visit/texts/es';
import { fr as visitFr } from './visit/texts/fr';

const holesOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([hole]) => hole).sort();

test.each(Object.entries({ es, fr, ar }))('%s says all that English says, with the same filled in', (_, texts) => {
  for (const [key, english] of Object.entries(en)) {
    const said = texts[key as keyof typeof en];
    expect(said, key).not.toBe('');
    expect(holesOf(said), key).toEqual(holesOf(english));
  }
});

test.each(Object.entries({ es: visitEs, fr: visitFr, ar: visitAr }))(
  'on the page for visits %s says all that English says, with the same filled in',
  (_, texts) => {
    for (const [key, english] of Object.entries(visitEn)) {
      const said = texts[key as keyof typeof visitEn];
      expect(said, key).not.toBe('');
      expect(holesOf(said), key).toEqual(holesOf(english));
    }
  },
);

test('what is filled in keeps its own direction', () => {
  expect(fill('Call {phone}', { phone: '+33 6' })).toBe('Call \u2068+33 6\u2069');
});

test.each([
  [['fr-CA', 'en'], 'fr'],
  [['de', 'ar-EG', 'en'], 'ar'],
  [['de', 'pt'], 'en'],
  [[], 'en'],
])('of %j the page speaks %s', (preferred, language) => {
  expect(firstLanguage(preferred)).toBe(language);
});

test('times stand under their days, by the clock of the clinic', () => {
  const slots = ['2026-11-29T22:45:00Z', '2026-11-29T23:15:00Z', '2026-11-30T08:00:00Z'].map((start) => ({
    start,
    end: start,
    slot: start,
  }));
  const days = byDay(slots, 'en', 'Europe/Paris');
  expect(days.map(({ day, slots: some }) => [day, some.length])).toEqual([
    ['Sunday 29 November', 1],
    ['Monday 30 November', 2],
  ]);
  expect(clockOf('2026-11-29T23:15:00Z', 'ar', 'Europe/Paris')).toBe('00:15');
});

test('each refusal has words', () => {
  expect(troubleOf(new Refused('slot-taken'))).toBe('errTaken');
  expect(troubleOf(new Refused('http-500'))).toBe('errOther');
  expect(troubleOf(new Error('x'))).toBe('errOther');
});
