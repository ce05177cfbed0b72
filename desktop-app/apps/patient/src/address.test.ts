import { expect, test } from 'vitest';
import { clinicOf, linkOf } from './address';

test.each([
  ['/book/north', 'north'],
  ['/book/north-2/', 'north-2'],
  ['/book/', undefined],
  ['/book', undefined],
  ['/book/index.html', undefined],
  ['/book/north/../south', undefined],
])('%s names the clinic %s', (path, clinic) => {
  expect(clinicOf(path)).toBe(clinic);
});

test.each([
  ['#/a/Zm9v-_x', 'Zm9v-_x'],
  ['#/', undefined],
  ['#/a/<script>', undefined],
])('%s holds the link %s', (hash, link) => {
  expect(linkOf(hash)).toBe(link);
});
