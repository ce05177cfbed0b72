import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { en, type Texts } from './texts/en';

export type Key = keyof Texts;
export type Say = (key: Key, values?: Record<string, string | number>) => string;

/** The languages of the page, each in its own words. */
export const LANGUAGES = [
  { code: 'en', name: 'English', dir: 'ltr' },
  { code: 'es', name: 'Español', dir: 'ltr' },
  { code: 'fr', name: 'Français', dir: 'ltr' },
  { code: 'ar', name: 'العربية', dir: 'rtl' },
] as const;
export type Language = (typeof LANGUAGES)[number]['code'];

const CATALOGUES: Record<Language, () => Promise<Texts>> = {
  en: async () => en,
  es: () => import('./texts/es').then(({ es }) => es),
  fr: () => import('./texts/fr').then(({ fr }) => fr),
  ar: () => import('./texts/ar').then(({ ar }) => ar),
};

/** Fetches the texts of a language, and lets the page run in its direction. */
export async function textsOf(language: Language): Promise<Texts> {
  const texts = await CATALOGUES[language]();
  document.documentElement.lang = language;
  document.documentElement.dir = LANGUAGES.find(({ code }) => code === language)?.dir ?? 'ltr';
  return texts;
}

/** The first language of the browser's that the page speaks. */
export function firstLanguage(preferred: readonly string[] = navigator.languages): Language {
  const wanted = preferred.map((tag) => tag.split('-')[0]);
  return LANGUAGES.map(({ code }) => code).find((code) => code === wanted.find(isSpoken)) ?? 'en';
}

const isSpoken = (code: string | undefined) => LANGUAGES.some((language) => language.code === code);

/** A text with what is filled into it. A value keeps its own direction within the sentence. */
export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = values[name];
    return value === undefined ? hole : `\u2068${value}\u2069`;
  });
}

export interface Spoken {
  say: Say;
  language: Language;
}

export const Words = createContext<Spoken>({ say: (key, values) => fill(en[key], values), language: 'en' });
export const useWords = () => useContext(Words);
