/** The languages of the pages for patients, each in its own words. */
export const LANGUAGES = [
  { code: 'en', name: 'English', dir: 'ltr' },
  { code: 'es', name: 'Español', dir: 'ltr' },
  { code: 'fr', name: 'Français', dir: 'ltr' },
  { code: 'ar', name: 'العربية', dir: 'rtl' },
] as const;
export type Language = (typeof LANGUAGES)[number]['code'];

/** Lets the page run in the direction of a language, and says which one it is. */
export function speak(language: Language) {
  document.documentElement.lang = language;
  document.documentElement.dir = LANGUAGES.find(({ code }) => code === language)?.dir ?? 'ltr';
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
