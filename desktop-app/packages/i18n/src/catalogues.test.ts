import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { messages as ar } from './locales/ar.po';
import { messages as en } from './locales/en.po';
import { messages as es } from './locales/es.po';
import { messages as fr } from './locales/fr.po';

const ROOT = join(import.meta.dirname, '../../..');

/** A catalogue as pairs of English and translation. */
function pairsOf(locale: string): Map<string, string> {
  const text = readFileSync(join(ROOT, `packages/i18n/src/locales/${locale}.po`), 'utf8');
  const pairs = text.matchAll(/^msgid "(.+)"\nmsgstr "(.*)"$/gm);
  return new Map([...pairs].map(([, id = '', translation = '']) => [id, translation]));
}

/** Names in braces that a sentence has, those of plurals included. */
const holesOf = (text: string) => [...new Set([...text.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => name))].sort();

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.includes('.test.') ? [path] : [];
  });
}

test('every text of the app is in the catalogue', () => {
  const known = pairsOf('en');
  const used = sources(join(ROOT, 'apps/staff/src')).flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/i18n\.t\(\s*'((?:[^'\\]|\\.)*)'/g)].map(([, text = '']) =>
      text.replaceAll("\\'", "'"),
    ),
  );
  expect(used.length).toBeGreaterThan(400);
  expect(used.filter((text) => !known.has(text))).toEqual([]);
});

test.each(['es', 'fr', 'ar'])('%s has every text, with what is filled into it', (locale) => {
  const [english, translated] = [pairsOf('en'), pairsOf(locale)];
  expect([...translated.keys()].sort()).toEqual([...english.keys()].sort());
  const bad = [...translated].filter(([id, text]) => text === '' || holesOf(id).join() !== holesOf(text).join());
  expect(bad).toEqual([]);
});

test('Arabic has all its plurals', () => {
  const poor = [...pairsOf('ar')].filter(
    ([id, text]) =>
      id.includes(', plural,') &&
      !['zero', 'one', 'two', 'few', 'many', 'other'].every((form) => text.includes(`${form} {`)),
  );
  expect(poor).toEqual([]);
});

test.each([
  ['en', en, '3 changes waiting.'],
  ['es', es, '3 cambios en espera.'],
  ['fr', fr, '3 changements en attente.'],
  ['ar', ar, '3 تغييرات في الانتظار.'],
] as const)('the sentences of %s can be said', (locale, messages, expected) => {
  const i18n = setupI18n({ locale, messages: { [locale]: messages } });
  const text = '{count, plural, =0 {No changes waiting.} one {# change waiting.} other {# changes waiting.}}';
  expect(i18n.t(text, { count: 3 })).toBe(expected);
});
