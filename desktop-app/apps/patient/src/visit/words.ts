import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { fill, type Language, speak } from '../language';
import { en, type Texts } from './texts/en';

export type Key = keyof Texts;
export type Say = (key: Key, values?: Record<string, string | number>) => string;

const CATALOGUES: Record<Language, () => Promise<Texts>> = {
  en: async () => en,
  es: () => import('./texts/es').then(({ es }) => es),
  fr: () => import('./texts/fr').then(({ fr }) => fr),
  ar: () => import('./texts/ar').then(({ ar }) => ar),
};

/** Fetches the texts of a language, and lets the page run in its direction. */
export async function textsOf(language: Language): Promise<Texts> {
  const texts = await CATALOGUES[language]();
  speak(language);
  return texts;
}

export interface Spoken {
  say: Say;
  language: Language;
}

export const Words = createContext<Spoken>({ say: (key, values) => fill(en[key], values), language: 'en' });
export const useWords = () => useContext(Words);
